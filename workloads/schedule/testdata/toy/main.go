// Toy is the program that the tests of package schedule run. Its first argument selects one of its parts.
package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

func main() {
	parts := map[string]func(){
		"order": order, "overdraw": overdraw, "careful": careful, "philosophers": philosophers, "surroundings": surroundings,
		"sleep": sleep, "panic": func() { panic("on purpose") }, "exit": func() { os.Exit(7) }, "deadlock": func() { select {} },
		"endless": func() { endless(0) },
	}
	part, ok := parts[os.Args[1]]
	if !ok {
		fmt.Println("no such part; choose one of", slices.Sorted(maps.Keys(parts)))
		os.Exit(1)
	}
	part()
}

// order prints the order in which four goroutines wrote, and the choices of a select and of a map iteration.
func order() {
	var mu sync.Mutex
	var told strings.Builder
	together(4, func(g int) {
		for range 20 {
			mu.Lock()
			fmt.Fprint(&told, g)
			mu.Unlock()
		}
	})
	left, right := make(chan int, 1), make(chan int, 1)
	for range 20 {
		select {
		case left <- 0:
			fmt.Fprint(&told, "l")
			<-left
		case right <- 0:
			fmt.Fprint(&told, "r")
			<-right
		}
	}
	for k := range map[string]bool{"a": true, "b": true, "c": true, "d": true} {
		fmt.Fprint(&told, k)
	}
	fmt.Println(told.String())
}

// account is an account of a bank. Every access is locked, so there is no data race.
type account struct {
	mu      sync.Mutex
	balance int
}

func (a *account) has(amount int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance >= amount
}

func (a *account) add(amount int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance += amount
}

// overdraw has the bug: another goroutine may take the money between the check and the withdrawal.
func overdraw() {
	a := &account{balance: 10}
	together(2, func(int) {
		if a.has(10) {
			a.add(-10)
		}
	})
	a.mustNotBeOverdrawn()
}

// careful is overdraw without the bug.
func careful() {
	a := &account{balance: 10}
	var both sync.Mutex
	together(2, func(int) {
		both.Lock()
		defer both.Unlock()
		if a.has(10) {
			a.add(-10)
		}
	})
	a.mustNotBeOverdrawn()
}

func (a *account) mustNotBeOverdrawn() {
	if a.balance < 0 {
		fmt.Println("overdrawn:", a.balance)
		os.Exit(1)
	}
}

// philosophers take two locks in different orders.
func philosophers() {
	var forks [2]sync.Mutex
	together(2, func(g int) {
		for range 3 {
			forks[g].Lock()
			forks[1-g].Lock()
			forks[1-g].Unlock()
			forks[g].Unlock()
		}
	})
}

// surroundings prints what the program sees of the world and what it can change.
func surroundings() {
	dir, err := os.Getwd()
	fmt.Println("in", dir, err)
	text, err := os.ReadFile("given.txt")
	fmt.Printf("read %q %v\n", text, err)
	fmt.Println("written here:", os.WriteFile("new.txt", nil, 0o644) == nil)
	temp, err := os.MkdirTemp("", "")
	fmt.Println("written there:", err == nil && os.WriteFile(temp+"/new.txt", nil, 0o644) == nil)
	input, err := io.ReadAll(os.Stdin)
	fmt.Printf("standard input %q %v\n", input, err)
	fmt.Println(os.Getenv("SCHEDULE_SEED"), os.Getenv("GIVEN"), os.Args[1:])
	fmt.Fprintln(os.Stderr, "standard error")
}

// sleep sleeps for a day.
func sleep() {
	before := time.Now()
	time.Sleep(24 * time.Hour)
	fmt.Println(before.UTC().Format(time.DateOnly), time.Since(before).Round(time.Minute))
}

func together(n int, do func(g int)) {
	var all sync.WaitGroup
	for g := range n {
		all.Go(func() { do(g) })
	}
	all.Wait()
}

//go:noinline
func endless(n int) int {
	for {
		n += len(strings.Repeat("x", n%10))
	}
}
