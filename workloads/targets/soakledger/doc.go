// Package soakledger lets the lab torture the memory of its own soaks: spec, ledger and cursor of package campaign, as a store.
//
// Each commit is a cell that is counted, with the writes of the commit in it; every eight of them are a lap, after which the cursor
// is replaced. What a client reads is what the ledger adds up to. So to lose an acknowledged commit is to lose a cell that was
// counted, and Open fails if a cell is there twice, or if the totals, the cursor and the cells do not agree.
//
//	lightning-torture run --engine soak-ledger
//
// It is a target like any other, for the command and for tests.
package soakledger
