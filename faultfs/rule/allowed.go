package rule

import (
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs/trace"
)

// everyCall lists the operations that are calls of the program.
var everyCall = func() (calls []trace.OpKind) {
	for k := range trace.OpRest {
		calls = append(calls, k)
	}
	return append(calls, trace.OpExchange, trace.OpSetxattr)
}()

// allowed says which operations an effect can hit. If some of them are calls, it can also hit OpAny.
var allowed = [...][]trace.OpKind{
	trace.EIO: everyCall, trace.EINTR: everyCall, trace.Slow: everyCall, trace.Stall: everyCall,
	trace.ENOSPC: {trace.OpCreate, trace.OpLink, trace.OpWrite, trace.OpTruncate, trace.OpRename, trace.OpExchange, trace.OpSetxattr, trace.OpSync},
	trace.EROFS: {
		trace.OpCreate, trace.OpLink, trace.OpRemove, trace.OpRename, trace.OpExchange, trace.OpTruncate, trace.OpWrite,
		trace.OpSync, trace.OpOpen, trace.OpStat, trace.OpSetxattr,
	},
	trace.EMFILE:   {trace.OpOpen},
	trace.Short:    {trace.OpWrite, trace.OpRead},
	trace.LostSync: {trace.OpSync}, trace.FailedSync: {trace.OpSync, trace.OpWriteback},
	trace.Evict:   {trace.OpRead},
	trace.BitFlip: {trace.OpRest, trace.OpWrite, trace.OpRead},
	trace.Stale:   {trace.OpRest, trace.OpWrite}, trace.Misplaced: {trace.OpRest, trace.OpWrite},
	trace.Truncated: {trace.OpRest},
}

// targets returns the operations that a rule with the effect can name.
func targets(e trace.Effect) []trace.OpKind {
	isCall := func(k trace.OpKind) bool { return k != trace.OpRest }
	if slices.ContainsFunc(allowed[e], isCall) {
		return append(slices.Clip(allowed[e]), trace.OpAny)
	}
	return allowed[e]
}
