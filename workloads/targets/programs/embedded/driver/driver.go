package driver

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Program is a store in the form of a program.
type Program struct {
	// Open opens the store in a directory that exists. The modes are the words of the command line before it.
	Open func(dir string, modes []string) (Store, error)
	// Records is how many records a run puts, and Bytes how long each one is.
	Records, Bytes int
	// AtomicOnly says that the store promises that a record is there as a whole or not at all, and not that it is durable.
	AtomicOnly bool
}

// Store keeps records by key.
type Store interface {
	// Put returns once the record is durable, by what the store says.
	Put(key string, value []byte) error
	// Get returns nil if there is no record.
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

// run puts the records and acknowledges each. It opens the store a second time half way, and closes it at the end, unless it is to
// end without ever closing it.
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

// value returns the only value that a record ever has. It says which record it is of, all along.
func (p Program) value(i int) []byte {
	word := strconv.Itoa(i) + ","
	return []byte(strings.Repeat(word, p.Bytes/len(word)+1)[:p.Bytes])
}
