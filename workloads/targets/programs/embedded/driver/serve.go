package driver

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
)

// serve reads lines with a directory and a file of acknowledgements, and answers each with whether the store there is
// right.
func (p Program) serve(modes []string, in io.Reader, out io.Writer) error {
	debug.SetPanicOnFault(true) // a map longer than its file faults; without this, a fault would end the process
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		dir, acks, _ := strings.Cut(lines.Text(), "\t")
		answer := "ok"
		if err := p.check(dir, acks, modes); err != nil {
			answer = "fail " + strings.Join(strings.Fields(err.Error()), " ")
		}
		if _, err := fmt.Fprintln(out, answer); err != nil {
			return err
		}
	}
	return lines.Err()
}

// check returns an error that says what is wrong with a store, or nil.
func (p Program) check(dir, acks string, modes []string) error {
	text, err := os.ReadFile(acks)
	if err != nil {
		return err
	}
	acked := bytes.Count(text, []byte("\n"))
	err = p.look(dir, modes, acked)
	if acked == 0 && !errors.Is(err, errDamaged) && !errors.Is(err, errPanic) {
		return nil
	}
	return err
}

// Errors that count even if nothing was acknowledged: a record has a value that it never had, or the program would have
// crashed.
var (
	errDamaged = errors.New("is damaged")
	errPanic   = errors.New("the store panics")
)

// look opens a store in which acked records were acknowledged, reads all records and closes the store.
func (p Program) look(dir string, modes []string, acked int) error {
	s, err := p.open(dir, modes)
	if err != nil {
		return fmt.Errorf("the store cannot be opened: %w", err)
	}
	if err := p.read(s, acked); err != nil {
		_ = s.Close() // the first error is reported
		return err
	}
	if err := s.Close(); err != nil {
		return fmt.Errorf("the store cannot be closed: %w", err)
	}
	return nil
}

// open calls Open and turns a panic into an error.
func (p Program) open(dir string, modes []string) (s Store, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errPanic, r)
		}
	}()
	return p.Open(dir, modes)
}

// read checks all records, of which acked were acknowledged.
func (p Program) read(s Store, acked int) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w while records are read: %v", errPanic, r)
		}
	}()
	for i := 1; i <= p.Records; i++ {
		value, err := s.Get(key(i))
		switch {
		case err != nil:
			return fmt.Errorf("%s cannot be read: %w", key(i), err)
		case value == nil && i <= acked && !p.AtomicOnly:
			return fmt.Errorf("%s is lost", key(i))
		case value != nil && !bytes.Equal(value, p.value(i)):
			return fmt.Errorf("%s %w", key(i), errDamaged)
		}
	}
	return nil
}
