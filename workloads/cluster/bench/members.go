package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

const membersCount = 3

// members are the processes of a store, and where they are reached.
type members struct {
	dir            string
	peers, clients [membersCount]string // addresses
	running        []*exec.Cmd
}

func newMembers(below string) (*members, error) {
	dir, err := os.MkdirTemp(below, "bench-")
	if err != nil {
		return nil, err
	}
	m := &members{dir: dir}
	for i := range membersCount {
		for _, to := range []*string{&m.peers[i], &m.clients[i]} {
			if *to, err = freeAddress(); err != nil {
				return nil, errors.Join(err, os.RemoveAll(dir))
			}
		}
	}
	return m, nil
}

// freeAddress returns an address that nobody uses.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// run starts a member. Its output goes to a file next to its data.
func (m *members) run(program string, args ...string) error {
	log, err := os.Create(filepath.Join(m.dir, fmt.Sprintf("log%d", len(m.running))))
	if err != nil {
		return err
	}
	c := exec.Command(program, args...)
	c.Stdout, c.Stderr = log, log
	if err := errors.Join(c.Start(), log.Close()); err != nil {
		return err
	}
	m.running = append(m.running, c)
	return nil
}

func (m *members) data(i int) string { return filepath.Join(m.dir, fmt.Sprintf("data%d", i)) }

// await tries until every member answers.
func (m *members) await(ctx context.Context, try func(ctx context.Context, member int) error) error {
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	for i := range membersCount {
		for {
			one, cancel := context.WithTimeout(ctx, 2*time.Second)
			err := try(one, i)
			cancel()
			if err == nil {
				break
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("member %d does not serve; see %s: %w", i+1, m.dir, err)
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
	return nil
}

func (m *members) close() error {
	var err error
	for _, c := range m.running {
		err = errors.Join(err, c.Process.Kill())
	}
	for _, c := range m.running {
		exit := (*exec.ExitError)(nil)
		if e := c.Wait(); !errors.As(e, &exit) {
			err = errors.Join(err, e)
		}
	}
	return errors.Join(err, os.RemoveAll(m.dir))
}
