// Package appendlog is the interface of append-only logs, such as the logs of raft and queues, to the workload that tortures
// them: what a log must be able to do ([Log]), what it may offer besides, and what a client does to it ([Step]).
//
// An adapter is about as long as the interface. This is one of a log in the shape of hashicorp/raft's LogStore:
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
// torture.Target.OpenLog takes it. An adapter may always make more durable than it was asked to: a log that has no unsynced
// appends ignores the durability. Indexes are at least 1.
//
// The package promises:
//
//   - L1: what a step does follows from the step and from where the log begins and ends. So a script stays sensible when
//     steps fail, or are left out to make a failure smaller.
//   - L2: whoever changes a log is alone in it (Tail). Readers are not.
//   - L3: entries are appended where the log says that it ends, and nowhere else. The workload never asks for a gap.
//   - L4: what a truncation may have dropped is known (Tail.Front, Tail.Back): every index that any append may have reached
//     since, answered or not. A judge sees the deletion of each.
//
// # How logs are judged
//
// In a history, and to the judges, a log is a store whose keys are the indexes of its entries ([history.EntryKey]): an append
// assigns, a truncation deletes. So what a crash may leave of a log is what it may leave of any store, as decided by
// checker.Durability: every entry that was acknowledged with Sync and not truncated is there with its data; nothing that was
// truncated with Sync is back; an entry that was overwritten after a truncation is not there in its old form; nothing is there
// that nobody appended; a batch is whole, and the loss a suffix, where that is promised. Its sentences
// are in the words of logs, and what came back is "resurrected". That entries are consecutive is part of reading them ([Visit]):
// a log that lacks one between others has a gap.
//
// A suffix is lost of all that was written, the values beside the entries included. A log that keeps these in a file of their
// own can promise it only if it syncs all appends. Where a log goes on that was emptied is not judged.
//
// The package is a leaf: it knows histories, no driver, no engine and no judge.
package appendlog
