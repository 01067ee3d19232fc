package workloads

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Ledger is what is known in advance about the money of a bank script: enough for a judge that knows no engine.
type Ledger struct {
	Accounts int   // how many
	Total    int64 // of all balances, at every moment after loading; no balance is ever negative
}

// BankOptions sizes a bank. The zero value is the default bank.
type BankOptions struct {
	Accounts int   // 0: 8
	Balance  int64 // of each account at the start; 0: 1000
}

// bank is for judges of isolation: lost updates, torn transfers and reads of uncommitted data all change the total.
func bank(seed uint64, size Size) Script { return Bank(seed, size, BankOptions{}) }

// Bank returns a script of the bank workload with its own number of accounts and balance. Accounts are loaded in one
// synced batch, after size.Keys fillers: until that batch is acknowledged there may be none.
func Bank(seed uint64, size Size, opts BankOptions) Script {
	size = size.normal()
	if opts.Accounts == 0 {
		opts.Accounts = 8
	}
	if opts.Balance == 0 {
		opts.Balance = 1000
	}
	accounts := make([][]byte, opts.Accounts)
	var opening []history.Write
	for i := range accounts {
		accounts[i] = accountKey(i)
		first := balanceValue(seed, opts.Balance, "open."+strconv.Itoa(i), size.ValueBytes)
		opening = append(opening, history.Write{Key: accounts[i], Value: first})
	}
	step := func(rng *rand.Rand, _ int, name string) Step { return bankStep(rng, accounts, name) }
	return Script{
		Workload: "bank", Seed: seed, Size: size,
		Preload: append(load(seed, size, fillerKey), opening),
		Clients: generate(seed, size, step),
		Ledger:  &Ledger{Accounts: opts.Accounts, Total: opts.Balance * int64(opts.Accounts)},
	}
}

func bankStep(rng *rand.Rand, accounts [][]byte, name string) Step {
	switch p := rng.IntN(100); {
	case p < 75 && len(accounts) > 1:
		from := rng.IntN(len(accounts))
		to := (from + 1 + rng.IntN(len(accounts)-1)) % len(accounts)
		return Step{
			Kind: history.Txn, Isolation: SnapshotIsolation + Isolation(rng.IntN(2)),
			Transfer: &Transfer{From: accounts[from], To: accounts[to], Amount: 1 + rng.Int64N(50), Name: name},
		}
	case p < 95:
		return Step{Kind: history.Snapshot, Keys: accounts}
	case p < 99:
		return Step{Kind: history.Flush}
	default:
		return Step{Kind: history.Compact}
	}
}

var accountPrefix = []byte("account-")

// accountKey names account i: A to Z, then by number.
func accountKey(i int) []byte {
	if i < 26 {
		return append(bytes.Clone(accountPrefix), byte('A'+i))
	}
	return strconv.AppendInt(bytes.Clone(accountPrefix), int64(i), 10)
}

// IsAccount reports whether key is an account of a bank script.
func IsAccount(key []byte) bool { return bytes.HasPrefix(key, accountPrefix) }

// Balance returns the money in the value of an account, or false if the value is not one.
func Balance(value []byte) (int64, bool) {
	digits, _, ok := bytes.Cut(value, []byte{' '})
	if !ok {
		return 0, false
	}
	balance, err := strconv.ParseInt(string(digits), 10, 64)
	return balance, err == nil
}

// balanceValue returns a value of an account: the balance, then what makes it unique.
func balanceValue(seed uint64, balance int64, name string, size int) []byte {
	head := fmt.Appendf(nil, "%d ", balance)
	return append(head, value(seed, name, size-len(head))...)
}

// move returns what a transfer writes after it has read both accounts: nothing if an account is missing or damaged, or
// would be overdrawn. Attempt makes the values of a retried transfer unique.
func (t *Transfer) move(from, to history.Read, attempt int, script *Script) []history.Write {
	a, okA := Balance(from.Value)
	b, okB := Balance(to.Value)
	if !from.Found || !to.Found || !okA || !okB || a < t.Amount {
		return nil
	}
	name := t.Name + "." + strconv.Itoa(attempt)
	encode := func(balance int64, side string) []byte {
		return balanceValue(script.Seed, balance, name+side, script.Size.ValueBytes)
	}
	return []history.Write{
		{Key: t.From, Value: encode(a-t.Amount, "-")},
		{Key: t.To, Value: encode(b+t.Amount, "+")},
	}
}
