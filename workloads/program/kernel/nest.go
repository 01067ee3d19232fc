package kernel

import (
	"context"
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blocklog"
	"github.com/lightningdb/lightning-torture/workloads/program"
)

// secondCut is a power cut during the recovery from a first one.
type secondCut struct {
	log   blocklog.Log // the requests of the recovery up to the cut
	epoch blocklog.Epoch
	state blocklog.State
	lost  []blocklog.Piece
}

// disksEach is the number of disks tried at each crash point of a recovery.
const disksEach = 2

// nest repeats the recovery of a disk and records its requests. It cuts power in some epochs of that recording, and
// recovers some of the disks that are left: at most Limits.Nested in all.
func (w *searcher) nest(j job, acked []program.Ack) error {
	disk, _, err := w.images.cut(j.state)
	if err != nil {
		return err
	}
	log, a, err := w.images.watch(w.Context(), disk, acked)
	if err == nil && a.Verdict == program.Right {
		err = w.nestIn(j, disk, log, acked)
	}
	return errors.Join(err, w.images.discard(disk))
}

// nestIn recovers disks that a power cut may leave of a disk that has recorded a recovery.
func (w *searcher) nestIn(j job, disk string, log blocklog.Log, acked []program.Ack) error {
	all := log.Epochs(0)
	chosen := program.Limits{Points: (w.Nested + disksEach - 1) / disksEach, Seed: w.Seed}
	var epochs []blocklog.Epoch
	for _, i := range chosen.Chosen(len(all)) {
		epochs = append(epochs, all[i])
	}
	n := 0
	for i, state := range log.StatesOf(epochs, blocklog.Sampling{Tears: blocklog.AtPages, Exhaustive: 1, Random: 1, Each: 1, Seed: w.Seed}) {
		if n++; n > w.Nested || w.Ended() {
			return nil
		}
		a, err := recoverAgain(w.Context(), w.images, disk, state, acked)
		if err != nil {
			return err
		}
		e := epochs[i]
		w.RecoveredTwice(a, func() place {
			second := &secondCut{log: log[:e.To:e.To], epoch: e, state: state, lost: state.Lost(log.Units(e, blocklog.AtPages))}
			return place{job: j, lost: j.state.Lost(w.rec.Blocks.log().Units(w.epochs[j.epoch], blocklog.AtPages)), second: second}
		})
	}
	return nil
}

// recoverAgain recovers a disk that a power cut may leave of one that has recorded its recovery.
func recoverAgain(ctx context.Context, w images, recovered string, state blocklog.State, acked []program.Ack) (program.Answer, error) {
	disk, err := w.cutAgain(recovered, state)
	if err != nil {
		return program.Answer{}, err
	}
	a, err := w.recover(ctx, disk, acked)
	return a, errors.Join(err, w.discard(disk))
}

// again recovers a disk, whether its answer is known or not. If second is not nil, power was cut again during its recovery.
func again(ctx context.Context, w images, state blocklog.State, second *program.SecondBlockCut, acked []program.Ack) (program.Answer, error) {
	disk, _, err := w.cut(state)
	if err != nil {
		return program.Answer{}, err
	}
	if second == nil {
		a, err := w.recover(ctx, disk, acked)
		return a, errors.Join(err, w.discard(disk))
	}
	if err := w.adopt(disk, second.Log); err != nil {
		return program.Answer{}, errors.Join(err, w.discard(disk))
	}
	a, err := recoverAgain(ctx, w, disk, second.State, acked)
	return a, errors.Join(err, w.discard(disk))
}

// secondOf describes the second power cut of a failure, or returns nil if there was only one.
func (p *place) secondOf() *program.SecondBlockCut {
	s := p.second
	if s == nil {
		return nil
	}
	return &program.SecondBlockCut{
		Log: s.log, State: blocklog.State{Sure: s.state.Sure, Kept: append([]blocklog.Piece{}, s.state.Kept...)},
		Flush: flushes(s.log, s.epoch.From), Pending: len(s.log.Units(s.epoch, blocklog.AtPages)), Lost: len(s.lost),
	}
}

// sentenceOf says when power was cut during the recovery.
func sentenceOf(s *program.SecondBlockCut) string {
	return fmt.Sprintf("power was cut again in the recovery, after its flush %d; %d of %d writes since then were lost", s.Flush, s.Lost, s.Pending)
}
