// Package soakledger lets the lab torture the memory of its own soaks: the spec, ledger and cursor of package campaign,
// as a store.
//
// Each commit is a counted cell that carries the writes of the commit. Every eight cells form a lap, after which the
// cursor is replaced. A client reads what the cells of the ledger add up to, so losing an acknowledged commit means
// losing a counted cell. Open fails if a cell is counted twice, or if the totals, the cursor and the cells disagree.
//
//	lightning-torture run --engine soak-ledger
//
// It is an ordinary target, for the command and for tests.
package soakledger
