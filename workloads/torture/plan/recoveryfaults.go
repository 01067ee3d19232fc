package plan

import "github.com/lightningdb/lightning-torture/faultfs"

// RecoveryFaults are all faults that a recovery can meet: each of its calls in turn fails in each way that it can,
// alone or together with all later calls of its kind. They are numbered from 1.
type RecoveryFaults struct {
	kinds []faultKind
	calls []uint64 // number of calls of each kind that the healthy recovery made
}

// faultKind is a way in which calls of one kind fail: one call, or one and all later ones.
type faultKind struct {
	effect  faultfs.Effect
	op      faultfs.OpKind
	forGood bool
}

// faultKinds lists the ways in which the calls of a recovery fail.
var faultKinds = func() (all []faultKind) {
	for _, f := range []struct {
		op      faultfs.OpKind
		effects []faultfs.Effect
	}{
		{faultfs.OpOpen, []faultfs.Effect{faultfs.EIO, faultfs.EMFILE, faultfs.EINTR}},
		{faultfs.OpRead, []faultfs.Effect{faultfs.EIO, faultfs.Short, faultfs.EINTR}},
		{faultfs.OpList, []faultfs.Effect{faultfs.EIO}},
		{faultfs.OpStat, []faultfs.Effect{faultfs.EIO}},
		{faultfs.OpCreate, []faultfs.Effect{faultfs.EIO, faultfs.ENOSPC}},
		{faultfs.OpWrite, []faultfs.Effect{faultfs.EIO, faultfs.ENOSPC, faultfs.Short}},
		{faultfs.OpTruncate, []faultfs.Effect{faultfs.EIO}},
		{faultfs.OpRename, []faultfs.Effect{faultfs.EIO, faultfs.ENOSPC}},
		{faultfs.OpLink, []faultfs.Effect{faultfs.EIO}},
		{faultfs.OpRemove, []faultfs.Effect{faultfs.EIO}},
		{faultfs.OpSync, []faultfs.Effect{faultfs.FailedSync, faultfs.ENOSPC}},
		{faultfs.OpClose, []faultfs.Effect{faultfs.EIO}},
	} {
		for _, effect := range f.effects {
			all = append(all, faultKind{effect, f.op, false}, faultKind{effect, f.op, true})
		}
	}
	return all
}()

// NewRecoveryFaults returns the faults that a recovery can meet, given the disk of a healthy recovery and the calls it
// counted.
func NewRecoveryFaults(healthy *faultfs.FS) RecoveryFaults {
	var f RecoveryFaults
	for _, kind := range faultKinds {
		if n := healthy.Calls(kind.op); n > 0 {
			f.kinds, f.calls = append(f.kinds, kind), append(f.calls, n)
		}
	}
	return f
}

// Count returns the number of faults.
func (f RecoveryFaults) Count() (n uint64) {
	for _, calls := range f.calls {
		n += calls
	}
	return n
}

// Draw picks a kind of fault first and then a call. Otherwise nearly all draws would be reads, of which there are many
// more than, say, renames.
func (f RecoveryFaults) Draw(seed uint64) (number uint64) {
	kind := Mix(seed, 1) % uint64(len(f.kinds))
	for _, calls := range f.calls[:kind] {
		number += calls
	}
	return number + Mix(seed, 2)%f.calls[kind] + 1
}

// EverySync returns the faults in which exactly one sync fails.
func (f RecoveryFaults) EverySync() (all []*faultfs.Rule) {
	number := uint64(1)
	for i, calls := range f.calls {
		for range calls {
			if kind := f.kinds[i]; kind.op == faultfs.OpSync && kind.effect == faultfs.FailedSync && !kind.forGood {
				all = append(all, f.Rule(number))
			}
			number++
		}
	}
	return all
}

// Rule returns the rule of a fault by its number; nil if there is none.
func (f RecoveryFaults) Rule(number uint64) *faultfs.Rule {
	number--
	for i, calls := range f.calls {
		if number >= calls {
			number -= calls
			continue
		}
		r := &faultfs.Rule{Effect: f.kinds[i].effect, Op: f.kinds[i].op}
		if f.kinds[i].forGood {
			r.From = number + 1
		} else {
			r.Nth = number + 1
		}
		return r
	}
	return nil
}
