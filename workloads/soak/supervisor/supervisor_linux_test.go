package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/soak/supervisor"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
)

// TestMain also makes this binary the child; the name of the engine in its job says what it does.
func TestMain(m *testing.M) {
	here := apart.Inside()
	if here == nil {
		os.Exit(m.Run())
	}
	here.Begin()
	job, err := lap.Load(here.Dir)
	if err == nil {
		act(job.Spec.Engine, lap.NewTeller(os.Stdout))
		err = here.Done()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(4)
	}
	os.Exit(0)
}

// act does one of the things that a child may do.
func act(what string, tell *lap.Teller) {
	beat := func(work uint64) {
		if err := tell.Tell(lap.Message{Beat: &lap.Beat{Work: work, Figures: map[string]float64{"heap": 7}}}); err != nil {
			log.Fatal(err)
		}
	}
	beat(1)
	switch what {
	case "panics":
		go func() { panic("out of luck") }()
		select {}
	case "exits":
		os.Exit(0)
	case "is killed":
		if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
			log.Fatal(err)
		}
		select {}
	case "eats":
		var kept [][]byte
		for {
			kept = append(kept, []byte(strings.Repeat("x", 1<<20)))
			if len(kept) > 1<<20 {
				return
			}
		}
	case "spins":
		for n := uint64(0); ; n++ {
			if n == 1<<63 {
				return
			}
		}
	case "idles":
		select {}
	case "prints":
		fmt.Println("hello")
		fmt.Println(`{"no": message`)
		fmt.Print(strings.Repeat("long", 10), "\n\n")
	case "tells":
	}
	if err := tell.Tell(lap.Message{Cell: &ledger.Cell{Lap: 3}}); err != nil {
		log.Fatal(err)
	}
}

// run runs a child with limits short enough for a test.
func run(ctx context.Context, what string, handle func(lap.Message) error) (supervisor.End, *strings.Builder) {
	var printed strings.Builder
	stuck := supervisor.Limits{CPU: time.Hour, Idle: time.Hour}
	if what == "spins" {
		stuck.CPU = 300 * time.Millisecond // the others may need more on a busy machine
	}
	return supervisor.Run(ctx, supervisor.Child{
		Job: &lap.Job{Spec: campaign.Spec{Engine: what}, Memory: 400 << 20}, Handle: handle, Stderr: &printed, Stuck: stuck,
	}), &printed
}

func ignore(lap.Message) error { return nil }

func TestTheEndOfAChildIsReported(t *testing.T) {
	t.Parallel()
	for what, want := range map[string]struct {
		why      supervisor.Why
		sentence string
	}{
		"tells":     {supervisor.Finished, ""},
		"prints":    {supervisor.Finished, ""},
		"panics":    {supervisor.ByEngine, "the engine ended the process"},
		"exits":     {supervisor.ByEngine, "the engine ended the process"},
		"is killed": {supervisor.ByOthers, "ended from outside"},
		"eats":      {supervisor.Memory, "MiB of memory, and may use 400"},
		"spins":     {supervisor.Stuck, "of CPU time without making progress"},
	} {
		end, _ := run(t.Context(), what, ignore)
		require.Equal(t, want.why, end.Why, "%s: %+v", what, end)
		require.Contains(t, end.Sentence, want.sentence, what)
		sighting := end.Sighting("lap", "kv × power")
		require.Equal(t, want.why == supervisor.Memory || want.why == supervisor.Stuck, sighting != nil, what)
		if sighting != nil {
			require.Contains(t, sighting.Sentence, ", in kv × power")
			require.Equal(t, supervisor.Signature("process", sighting.Class, "lap"), sighting.ID)
		}
	}
}

// A child that uses no CPU time is judged by the clock.
func TestAnIdleChildIsEventuallyKilled(t *testing.T) {
	t.Parallel()
	end := supervisor.Run(t.Context(), supervisor.Child{
		Job: &lap.Job{Spec: campaign.Spec{Engine: "idles"}}, Handle: ignore, Stuck: supervisor.Limits{CPU: time.Hour, Idle: time.Second},
	})
	require.Equal(t, supervisor.Stuck, end.Why, "%+v", end)
	require.Contains(t, end.Sentence, "made no progress for")
}

func TestMessagesAreHandledAndOtherOutputIsPrinted(t *testing.T) {
	t.Parallel()
	beats, cells := 0, 0
	end, printed := run(t.Context(), "prints", func(m lap.Message) error {
		switch {
		case m.Beat != nil:
			beats++
		case m.Cell != nil:
			cells += m.Cell.Lap
		}
		return nil
	})
	require.Equal(t, supervisor.Finished, end.Why)
	require.Equal(t, 1, beats)
	require.Equal(t, 3, cells)
	require.Contains(t, printed.String(), "hello\n{\"no\": message\nlonglong")
}

func TestAChildIsKilledWithTheContextAndByAnErrorOfHandle(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	end, _ := run(ctx, "idles", func(lap.Message) error {
		cancel()
		return nil
	})
	require.Equal(t, supervisor.Canceled, end.Why)
	refusal := errors.New("no more")
	end, _ = run(t.Context(), "idles", func(lap.Message) error { return refusal })
	require.Equal(t, supervisor.Failed, end.Why)
	require.ErrorIs(t, end.Err, refusal)
}
