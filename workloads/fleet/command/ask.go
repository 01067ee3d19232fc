package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/workloads/fleet/broker"
	"github.com/lightningdb/lightning-torture/workloads/fleet/coordinator"
	"github.com/lightningdb/lightning-torture/workloads/fleet/wire"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// answerPatience is how long status and drain wait for the coordinator's answer.
const answerPatience = 10 * time.Second

// askAgain is the pause after a broker has said that nobody answers.
const askAgain = 100 * time.Millisecond

func statusCommand() *cobra.Command {
	return askCommand("status", "Show the progress of a fleet", "Ask the coordinator for the progress of the campaign and its workers. If no coordinator "+
		"is running, soak status DIR reads the directory.", wire.Subjects.Status)
}

func drainCommand() *cobra.Command {
	return askCommand("drain", "Let the workers finish their cells, then stop", "Tell the coordinator to hand out no more cells. Workers finish their current "+
		"cell and end, and then the coordinator ends too. Resuming the campaign continues with the remaining cells.", wire.Subjects.Drain)
}

func askCommand(use, short, long string, subject func(wire.Subjects) string) *cobra.Command {
	var f connection
	var format string
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long, Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "text" && format != "json" {
				return usage("unknown --format %q; choose one of text, json", format)
			}
			subjects, err := f.subjects()
			if err != nil {
				return err
			}
			s, err := f.ask(cmd.Context(), subject(subjects))
			if err != nil {
				return coded(err)
			}
			return show(cmd.OutOrStdout(), s, format)
		},
	}
	f.addServer(cmd)
	cmd.Flags().StringVar(&format, "format", "text", "`FORM` of the answer: text, json")
	return cmd
}

// ask sends a request without a body to the coordinator, and returns its status.
func (f *connection) ask(ctx context.Context, subject string) (*coordinator.Status, error) {
	conn, err := broker.Dial(f.address, "operator", f.files)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	if err := broker.Reached(ctx, conn); err != nil {
		return nil, fmt.Errorf("%w; is fleet serve running at %s, with these certificates and credentials?", err, f.address)
	}
	m, err := conn.RequestWithContext(ctx, subject, nil)
	for errors.Is(err, nats.ErrNoResponders) && ctx.Err() == nil { // the coordinator may have just started
		select {
		case <-time.NewTimer(askAgain).C:
		case <-ctx.Done():
		}
		m, err = conn.RequestWithContext(ctx, subject, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("no answer from a coordinator at %s: %w", f.address, err)
	}
	s := &coordinator.Status{}
	return s, wire.Decode(m.Data, s)
}

func show(to io.Writer, s *coordinator.Status, format string) error {
	if format == "json" {
		e := json.NewEncoder(to)
		e.SetIndent("", "  ")
		return e.Encode(s)
	}
	laps := fmt.Sprint(s.Laps)
	if s.LapsOf > 0 {
		laps += fmt.Sprintf(" of %d", s.LapsOf)
	}
	state := ""
	if s.Draining {
		state = ", draining"
	}
	fmt.Fprintf(to, "%s, campaign %s in %s, build %v%s\n\n", s.Engine, s.Campaign, s.Dir, s.Build, state)
	fmt.Fprintf(to, "  verdict   %s if it ended now\n  laps      %s\n  cells     %d counted, %d in the queue\n  images    %d\n", s.Verdict, laps, s.Cells, s.Queued, s.Images)
	fmt.Fprintf(to, "  findings  ")
	for i, state := range ledger.States() {
		if i > 0 {
			fmt.Fprint(to, ", ")
		}
		fmt.Fprintf(to, "%d %s", s.Findings[state], state)
	}
	fmt.Fprintf(to, "\n  workers   %d\n", len(s.Workers))
	for _, w := range s.Workers {
		doing := "idle"
		if w.Doing != nil {
			doing = fmt.Sprintf("lap %d, cell %d", w.Doing.Lap, w.Doing.Cell)
		}
		if _, err := fmt.Fprintf(to, "    %-24s %-20s %d cells delivered\n", w.Name, doing, w.Cells); err != nil {
			return err
		}
	}
	return nil
}
