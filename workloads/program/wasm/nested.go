package wasm

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
)

// cutsOfRecovery is the number of crash points tried in the recovery of one image.
const cutsOfRecovery = 3

// nested cuts the power again during the recovery of an image, after some of the operations that changed the disk. What the
// recovery had read is settled. For each cut two images are tried: one that lost everything the recovery had not made durable, and
// one that lost only the oldest such operation. It returns the first wrong answer.
//
// NB: the choice of operations depends only on what the recovery did, so that a finding reproduces.
func (o *observer) nested(ctx context.Context, img *faultfs.FS, acked []program.Ack) (program.Answer, error) {
	cuts := someOf(changes(img))
	if len(cuts) == 0 {
		return program.Answer{}, nil
	}
	line := faultfs.NewTimeline(img, img.Model(), img.Now())
	for _, op := range cuts {
		point := line.Advance(op.Tick)
		for _, lost := range losses(point) {
			o.way.nestings.Add(1)
			a, err := o.ask(ctx, point.Losing(lost, faultfs.ImageOptions{}), acked)
			if err != nil || a.Failed() {
				_, did, _ := strings.Cut(op.String(), " ")
				a.Text = fmt.Sprintf("%s, after a second power cut right after %q in the recovery", a.Text, did)
				return a, err
			}
		}
	}
	return program.Answer{}, nil
}

// changes returns the operations by which a recovery changed its disk.
func changes(img *faultfs.FS) []faultfs.Op {
	return slices.DeleteFunc(slices.Clone(img.Trace()), func(op faultfs.Op) bool { return !op.Changes() })
}

// someOf returns a few operations in order, evenly spaced, with an offset that depends on what the recovery did.
func someOf(ops []faultfs.Op) []faultfs.Op {
	if len(ops) <= cutsOfRecovery {
		return ops
	}
	h := fnv.New32a()
	for i := range ops {
		_, _ = h.Write([]byte(ops[i].String())) // a hash never fails
	}
	var at []int
	for i := range cutsOfRecovery {
		at = append(at, (int(h.Sum32()%uint32(len(ops)))+i*len(ops)/cutsOfRecovery)%len(ops))
	}
	slices.Sort(at)
	some := make([]faultfs.Op, len(at))
	for i, n := range at {
		some[i] = ops[n]
	}
	return some
}

// losses returns the sets of operations to lose: all that are pending, and the oldest one alone.
func losses(point *faultfs.CrashPoint) (losses [][]uint64) {
	var all []uint64
	for _, op := range point.Ops() {
		if !op.Earlier {
			all = append(all, op.ID)
		}
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return [][]uint64{all}
	}
	return [][]uint64{all, all[:1]}
}
