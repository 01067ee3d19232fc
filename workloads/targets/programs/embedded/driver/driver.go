package driver

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Program is a store as a program.
type Program struct {
	// Open opens the store in a directory that exists. The modes are the words before the directory on the command
	// line.
	Open func(dir string, modes []string) (Store, error)
	// Records is the number of records that a run puts, and Bytes the length of each.
	Records, Bytes int
	// AtomicOnly means that the store promises atomicity only: a record is there as a whole or not at all, but may be
	// lost.
	AtomicOnly bool
}

// Store keeps records by key.
type Store interface {
	// Put returns once the record is durable, as far as the store knows.
	Put(key string, value []byte) error
	// Get returns nil if the record does not exist.
	Get(key string) ([]byte, error)
	Close() error
}

// Main is the main function of such a program.
func Main(p Program) {
	args := os.Args[1:]
	var err error
	switch {
	case len(args) >= 2 && (args[0] == "run" || args[0] == "die"):
		err = p.run(args[len(args)-1], args[1:len(args)-1], args[0] == "run")
	case len(args) >= 1 && args[0] == "serve":
		err = p.serve(args[1:], os.Stdin, os.Stdout)
	default:
		err = errors.New("usage: run [MODE...] DIR, die [MODE...] DIR, or serve [MODE...]")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// run puts the records and acknowledges each. With closes, it closes and reopens the store half way, and closes it at
// the end.
func (p Program) run(dir string, modes []string, closes bool) error {
	acks, err := os.OpenFile(filepath.Join(dir, ".torture", "ack"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	s, err := p.Open(dir, modes)
	if err != nil {
		return err
	}
	for i := 1; i <= p.Records; i++ {
		if err := s.Put(key(i), p.value(i)); err != nil {
			return errors.Join(err, s.Close())
		}
		if _, err := fmt.Fprintln(acks, i); err != nil {
			return errors.Join(err, s.Close())
		}
		if i == p.Records/2 && closes {
			if err := s.Close(); err != nil {
				return err
			}
			if s, err = p.Open(dir, modes); err != nil {
				return err
			}
		}
	}
	if !closes {
		return nil
	}
	return s.Close()
}

func key(i int) string { return fmt.Sprintf("record%03d", i) }

// value returns the only value that a record ever has. It repeats the number of the record throughout.
func (p Program) value(i int) []byte {
	word := strconv.Itoa(i) + ","
	return []byte(strings.Repeat(word, p.Bytes/len(word)+1)[:p.Bytes])
}
