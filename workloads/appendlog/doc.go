// Package appendlog is the interface between append-only logs, such as those of raft and of queues, and the workload
// that tortures them: what a log must be able to do ([Log]), what it may offer besides, and what a client does to it
// ([Step]).
//
// An adapter is about as long as the interface. This one adapts a log with the interface of hashicorp/raft's LogStore:
//
//	type log struct{ raft.LogStore }
//
//	func (l log) First() (uint64, error) { return l.FirstIndex() }
//	func (l log) Last() (uint64, error)  { return l.LastIndex() }
//	func (l log) Entry(i uint64) ([]byte, bool, error) {
//		var r raft.Log
//		err := l.GetLog(i, &r)
//		if errors.Is(err, raft.ErrLogNotFound) {
//			return nil, false, nil
//		}
//		return r.Data, err == nil, err
//	}
//	func (l log) Append(entries []appendlog.Entry, _ history.Durability) error {
//		logs := make([]*raft.Log, len(entries))
//		for i, e := range entries {
//			logs[i] = &raft.Log{Index: e.Index, Data: e.Data}
//		}
//		return l.StoreLogs(logs)
//	}
//	func (l log) TruncateFront(keep uint64, _ history.Durability) error { return l.DeleteRange(0, keep-1) }
//	func (l log) TruncateBack(from uint64, _ history.Durability) error  { return l.DeleteRange(from, math.MaxUint64) }
//
// torture.Target.OpenLog returns it. The last two methods are optional, as are all interfaces other than [Log]: clients
// leave out what a log does not offer, and the report lists it. An adapter may always make more durable than it was
// asked to; a log without unsynced appends ignores the durability. Indexes start at 1.
//
// The package promises:
//
//   - L1: the effect of a step depends only on the step and on the ends of the log at that time. So a script still
//     makes sense when steps fail, or are left out to shrink a failure.
//   - L2: only one client at a time changes a log, holding Tail's lock. Readers need no lock.
//   - L3: entries are only appended at the end that the log reports. The workload never asks for a gap.
//   - L4: the entries that a truncation may have dropped are known (Tail.Front, Tail.Back): every index that any append
//     may have written since, answered or not. A judge sees a deletion of each.
//
// # How logs are judged
//
// To the judges, a log is a store whose keys are the indexes of its entries ([history.EntryKey]): an append assigns and
// a truncation deletes. So checker.Durability decides what a crash may leave of a log, as for any store. Every entry
// that was acknowledged with Sync and not truncated is there with its data. No entry that was truncated with Sync is
// back. An entry that was overwritten after a truncation does not show its old data. There is nothing that nobody
// appended. Where it is promised, batches are atomic and a loss is a suffix. The judge's sentences use the terms of
// logs, and what came back is "resurrected". Reading a log includes checking that its entries are consecutive
// ([Visit]): if one between others is missing, the log has a gap.
//
// This suffix is a suffix of all writes, including the values kept alongside the entries. A log that keeps these values
// in a separate file can promise it only if it syncs all appends. The next index of a log that was emptied is not
// judged.
//
// The package depends only on package history; it knows no driver, engine or judge.
package appendlog
