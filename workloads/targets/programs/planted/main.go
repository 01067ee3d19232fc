// Command planted is a small store in Go with a deliberately missing sync, to show that exec finds it: a log of records
// that rotates. It uses package os and knows nothing of the lab. ../store.c is the same idea in C.
//
//	planted run all|nofile|nodir DIR    planted check DIR ACKS
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: planted run all|nofile|nodir DIR, or planted check DIR ACKS")
		os.Exit(2)
	}
	if os.Args[1] == "check" {
		if lost := check(os.Args[2], os.Args[3]); lost != "" {
			fmt.Println(lost)
			os.Exit(1)
		}
		return
	}
	if err := run(os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// records is the number of records in the store, and perLog the number in each log.
const (
	records = 12
	perLog  = 4
)

func run(leftOut, dir string) error {
	acks, err := os.OpenFile(filepath.Join(dir, ".torture/ack"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	var log *os.File
	for i := range records {
		if i%perLog == 0 {
			if log, err = os.Create(filepath.Join(dir, fmt.Sprintf("log%d", i/perLog))); err != nil {
				return err
			}
			if err := syncDir(dir, leftOut == "nodir"); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(log, "record %d\n", i); err != nil {
			return err
		}
		if leftOut != "nofile" || i%perLog != perLog-1 { // the last record of each log is not synced
			if err := log.Sync(); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(acks, "record %d\n", i); err != nil {
			return err
		}
	}
	return nil
}

func syncDir(dir string, leaveOut bool) error {
	if leaveOut {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// check says which record is lost, or returns "".
func check(dir, acks string) string {
	var there strings.Builder
	logs, _ := filepath.Glob(filepath.Join(dir, "log*")) // the pattern is well formed
	for _, name := range logs {
		text, err := os.ReadFile(name)
		if err != nil {
			return err.Error()
		}
		there.Write(text)
	}
	wanted, err := os.Open(acks)
	if err != nil {
		return err.Error()
	}
	defer wanted.Close() //nolint:errcheck // only read
	for lines := bufio.NewScanner(wanted); lines.Scan(); {
		if !strings.Contains(there.String(), lines.Text()+"\n") {
			return lines.Text() + " is lost"
		}
	}
	return ""
}
