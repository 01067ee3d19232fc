package native

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/process"
)

// served is a checker that stays alive.
type served struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	output *process.Tail
}

// startServed starts the checker in a room.
func startServed(args []string, room *process.Room) (*served, error) {
	s := &served{cmd: exec.Command(args[0], args[1:]...), output: &process.Tail{}}
	s.cmd.Env, s.cmd.Stderr = os.Environ(), s.output
	s.cmd.WaitDelay = process.WaitDelay
	process.InGroup(s.cmd)
	var err error
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.out = bufio.NewReaderSize(out, maxAnswerBytes)
	return s, room.Start(s.cmd)
}

// maxAnswerBytes is the maximum length of an answer.
const maxAnswerBytes = 64 << 10

// kill ends the checker at once.
func (s *served) kill() {
	_ = process.KillGroup(s.cmd) // it may have ended already
	_ = s.cmd.Wait()             // it was killed
}

// end closes the checker's input, so that it ends by itself, and kills it if it does not.
func (s *served) end() error {
	if err := s.in.Close(); err != nil {
		return err
	}
	timer := time.AfterFunc(process.WaitDelay, func() { _ = process.KillGroup(s.cmd) })
	defer timer.Stop()
	_ = s.cmd.Wait() // how it ends after its last answer says nothing
	return nil
}

// askServed asks a checker that stays alive. If it dies, the image has failed, and the next image gets a new checker.
func (j *Judge) askServed(ctx context.Context, dir string) (program.Answer, error) {
	if j.served == nil {
		s, err := startServed(fill(j.spec.Check, dir, j.acks), j.room)
		if err != nil {
			return program.Answer{}, fmt.Errorf("the checker %w", err)
		}
		j.served = s
	}
	s := j.served
	type reply struct {
		line string
		err  error
	}
	replied := make(chan reply, 1)
	go func() {
		_, err := fmt.Fprintf(s.in, "%s\t%s\n", dir, j.acks)
		line := []byte(nil)
		if err == nil {
			line, err = s.out.ReadSlice('\n')
		}
		replied <- reply{strings.TrimSpace(string(line)), err}
	}()
	timer := time.NewTimer(j.spec.Patience)
	defer timer.Stop()
	var r reply
	late := false
	select {
	case r = <-replied:
	case <-timer.C:
		late = true
	case <-ctx.Done():
	}
	if late || ctx.Err() != nil || r.err != nil {
		s.kill()
		j.served = nil
	}
	switch {
	case ctx.Err() != nil:
		return program.Answer{}, context.Cause(ctx)
	case late:
		return program.Answer{Verdict: program.Hangs, Text: fmt.Sprintf("the recovery does not come to an end in %v", j.spec.Patience)}, nil
	case r.err != nil:
		return j.died(s, r.err)
	}
	return parseAnswer(strings.ReplaceAll(r.line, dir, program.Dir))
}

// died returns the verdict for a checker that ended instead of answering.
func (j *Judge) died(s *served, err error) (program.Answer, error) {
	if errors.Is(err, bufio.ErrBufferFull) {
		return program.Answer{}, fmt.Errorf("the checker's answer has more than %d bytes", maxAnswerBytes)
	}
	lines := s.output.Lines()
	text := "the checker ended in the middle of a recovery"
	if len(lines) > 0 {
		text += ": " + cmp.Or(s.output.Crash(), lines[len(lines)-1])
	}
	return program.Answer{Verdict: program.Wrong, Text: text, Output: lines}, nil
}

// parseAnswer parses the answer of a checker that stays alive.
func parseAnswer(line string) (program.Answer, error) {
	word, text, _ := strings.Cut(line, " ")
	switch word {
	case "ok":
		return program.Answer{}, nil
	case "fail":
		return program.Answer{Verdict: program.Wrong, Text: text}, nil
	case "skip":
		return program.Answer{Verdict: program.Skipped, Text: text}, nil
	}
	return program.Answer{}, fmt.Errorf("the checker answered %q; it must answer ok, fail SENTENCE or skip REASON", line)
}
