package workloads

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Ledger is what is known in advance about the money in a bank script. It is all that a judge has to know.
type Ledger struct {
	Accounts int   // maximum number of accounts
	Total    int64 // sum of all balances at every moment after loading; no balance is ever negative
	Turnover bool  // accounts open and close, so some may be missing; otherwise all always exist
}

// BankOptions sizes a bank. The zero value is the default bank.
type BankOptions struct {
	Accounts int   // 0: 8
	Balance  int64 // of each account at the start; 0: 1000
	Turnover bool  // transfers open missing accounts, and some close the account that they empty
	Long     bool  // some values are 3 or 6 times the usual length
	Unsynced bool  // some transfers ask for NoSync
}

// bank is for judges of isolation: a lost update, a torn transfer or a read of uncommitted data changes the total.
func bank(seed uint64, size Size) Script { return Bank(seed, size, BankOptions{}) }

// bankMixed is for the same judges and adds harder demands on the engine: keys that vanish and come back, values long
// enough to be stored separately, and commits that a crash may lose, but only together with all later ones.
func bankMixed(seed uint64, size Size) Script {
	s := Bank(seed, size, BankOptions{Turnover: true, Long: true, Unsynced: true})
	s.Workload = "bank-mixed"
	return s
}

// Bank returns a script of the bank workload with the given accounts and balance. The accounts are loaded in one synced
// batch, after size.Keys fillers; until that batch is acknowledged there may be no accounts.
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
	step := func(rng *rand.Rand, _ int, name string) Step { return bankStep(rng, accounts, name, opts) }
	return Script{
		Workload: "bank", Seed: seed, Size: size,
		Preload: append(load(seed, size, fillerKey), opening),
		Clients: generate(seed, size, step),
		Ledger:  &Ledger{Accounts: opts.Accounts, Total: opts.Balance * int64(opts.Accounts), Turnover: opts.Turnover},
	}
}

func bankStep(rng *rand.Rand, accounts [][]byte, name string, opts BankOptions) Step {
	switch p := rng.IntN(100); {
	case p < 75 && len(accounts) > 1:
		from := rng.IntN(len(accounts))
		to := (from + 1 + rng.IntN(len(accounts)-1)) % len(accounts)
		s := Step{
			Kind: history.Txn, Isolation: SnapshotIsolation + Isolation(rng.IntN(2)),
			Transfer: &Transfer{From: accounts[from], To: accounts[to], Amount: 1 + rng.Int64N(50), Name: name},
		}
		if opts.Turnover {
			s.Transfer.Opens, s.Transfer.Closes = true, rng.IntN(4) == 0
		}
		if opts.Unsynced {
			s.Durability, s.Lingers = history.Durability(rng.IntN(2)), rng.IntN(3) == 0
			s.Twin = drawTwin(rng, name)
		}
		s.Transfer.Long = opts.Long
		return s
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

// Balance returns the money in an account's value, or false if the value is malformed.
func Balance(value []byte) (int64, bool) {
	digits, _, ok := bytes.Cut(value, []byte{' '})
	if !ok {
		return 0, false
	}
	balance, err := strconv.ParseInt(string(digits), 10, 64)
	return balance, err == nil
}

// balanceValue returns an account's value: the balance, then a suffix that makes it unique.
func balanceValue(seed uint64, balance int64, name string, size int) []byte {
	head := fmt.Appendf(nil, "%d ", balance)
	return append(head, value(seed, name, size-len(head))...)
}

// transfer does the transfer of the step in a transaction that has begun.
func (w *worker) transfer(h history.Handle, txn Txn, attempt int) (reads []history.Read, err error) {
	t := w.step.Transfer
	for _, key := range [][]byte{t.From, t.To} {
		w.linger()
		if reads, err = appendGet(reads, txn, key); err != nil {
			return nil, err
		}
	}
	writes := t.move(reads[0], reads[1], attempt, w.script)
	w.rec.SetWrites(h, writes)
	for _, write := range writes {
		if write.Delete {
			err = txn.Delete(write.Key)
		} else {
			err = txn.Put(write.Key, write.Value)
		}
		if err != nil {
			return reads, err
		}
	}
	return reads, nil
}

// move returns the writes of a transfer that has read both accounts. There are none if an account that it needs is
// missing or damaged, or would be overdrawn. The number of the attempt makes the values of a retried transfer unique.
func (t *Transfer) move(from, to history.Read, attempt int, script *Script) []history.Write {
	a, okA := Balance(from.Value)
	b, okB := Balance(to.Value)
	if t.Opens && !to.Found {
		b, okB = 0, true
	}
	amount := t.Amount
	if t.Closes {
		amount = a
	}
	if !from.Found || !okA || !okB || a < amount {
		return nil
	}
	name := t.Name + "." + strconv.Itoa(attempt)
	encode := func(balance int64, side string) []byte {
		size := script.Size.ValueBytes
		if t.Long {
			size = script.Size.Largest.Value(stretch(script.Seed, name+side, size))
		}
		return balanceValue(script.Seed, balance, name+side, size)
	}
	left := history.Write{Key: t.From, Delete: t.Closes}
	if !t.Closes {
		left.Value = encode(a-amount, "-")
	}
	return []history.Write{left, {Key: t.To, Value: encode(b+amount, "+")}}
}
