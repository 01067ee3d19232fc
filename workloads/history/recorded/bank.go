package recorded

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/history/edn"
)

// bank reads scans of all accounts, and transfers, which take an amount from one account and add it to another.
type bank struct{ *memory }

func (b bank) call(e *entry, op *history.Op) error {
	switch e.f {
	case "read":
		op.Kind = history.Scan
		return nil
	case "transfer":
		op.Kind = history.Txn
		return b.transfer(e.value, op)
	}
	return fmt.Errorf("unknown function %q; a bank has read and transfer", e.f)
}

// transfer enters the writes of a transfer: {:from 1, :to 2, :amount 3}.
func (b bank) transfer(v edn.Value, op *history.Op) error {
	var from, to edn.Value
	var amount int64
	for key, value := range v.Pairs() {
		var err error
		switch string(key.Text()) {
		case "from":
			from = value
		case "to":
			to = value
		case "amount":
			amount, err = whole(value)
		}
		if err != nil {
			return err
		}
	}
	if v.Kind() != edn.Map {
		return fmt.Errorf("a transfer is a map with :from, :to and :amount, not %s", v.Kind())
	}
	for _, side := range []struct {
		account edn.Value
		change  int64
	}{{from, -amount}, {to, amount}} {
		key, err := b.key(side.account)
		if err != nil {
			return err
		}
		change := strconv.AppendInt(nil, side.change, 10)
		op.Writes = append(op.Writes, history.Write{Key: key.name, Value: change, Change: history.Add})
	}
	return nil
}

// answer enters the balances that a read found, either a map from account to balance or a vector.
func (b bank) answer(e *entry, op *history.Op) error {
	if op.Kind != history.Scan {
		return nil
	}
	switch {
	case e.value.Kind() == edn.Map:
		for account, balance := range e.value.Pairs() {
			key, err := b.key(account)
			if err != nil {
				return err
			}
			op.Reads = append(op.Reads, history.Read{Key: key.name, Value: b.value(balance), Found: true})
		}
	case e.value.Sequential():
		for balance := range e.value.Parts() {
			key := strconv.AppendInt(nil, int64(len(op.Reads)), 10)
			op.Reads = append(op.Reads, history.Read{Key: key, Value: b.value(balance), Found: true})
		}
	default:
		return fmt.Errorf("a read of a bank found %s, not its balances", e.value.Kind())
	}
	return nil
}

// Balance returns the money in an account's value: the number that it is, or that it begins with before a blank.
func Balance(value []byte) (amount int64, ok bool) {
	digits, _, _ := bytes.Cut(value, []byte{' '})
	amount, err := strconv.ParseInt(string(digits), 10, 64)
	return amount, err == nil
}
