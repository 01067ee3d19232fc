package bench

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

const (
	accounts       = 100
	openingBalance = 1000
)

// bank measures transfers between accounts. Each is a serializable transaction that reads two balances and writes both,
// and is retried until it does not conflict. The total must stay the same.
func (s *session) bank(t trial) (Measurement, error) {
	var opening []history.Write
	for i := range uint64(accounts) {
		opening = append(opening, history.Write{Key: accountKey(i), Value: balance(openingBalance)})
	}
	d := t.work.durability
	if err := s.store.Apply(opening, d); err != nil {
		return Measurement{}, err
	}
	var retries atomic.Int64
	p := plan{t.goroutines, s.Entries, syncLimit, 1}
	all, err := s.measured(t, p, func(worker int) func(int) error {
		rng := rand.New(rand.NewPCG(2, uint64(worker)))
		return func(int) error {
			from := rng.Uint64N(accounts)
			to := (from + 1 + rng.Uint64N(accounts-1)) % accounts
			for {
				err := s.transfer(accountKey(from), accountKey(to), d)
				if !errors.Is(err, workloads.ErrConflict) {
					return err
				}
				retries.Add(1)
			}
		}
	})
	if err != nil {
		return Measurement{}, err
	}
	m := all.measurement(1)
	m.Retries = float64(retries.Load()) / float64(max(1, all.ops))
	return m, errors.Join(s.audit(), s.checkFiles())
}

// transfer moves 1 from one account to another.
func (s *session) transfer(from, to []byte, d history.Durability) (err error) {
	begins, ok := s.store.(workloads.Transactor)
	if !ok {
		return fmt.Errorf("%w: the store has no transactions; its Engine must say so in Lacks", errors.ErrUnsupported)
	}
	t, err := begins.Begin(workloads.Serializable)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			t.Rollback()
		}
	}()
	for _, part := range []struct {
		account []byte
		change  int64
	}{{from, -1}, {to, 1}} {
		value, found, err := t.Get(part.account)
		if err != nil {
			return err
		}
		if !found || len(value) != 8 {
			return fmt.Errorf("%w: account %x holds %x", ErrWrong, part.account, value)
		}
		now := int64(binary.LittleEndian.Uint64(value)) + part.change
		if err := t.Put(part.account, balance(now)); err != nil {
			return err
		}
	}
	return t.Commit(d)
}

// audit checks the sum of all accounts.
func (s *session) audit() error {
	count, total := 0, int64(0)
	err := s.store.Scan(nil, nil, func(_, value []byte) bool {
		count++
		total += int64(binary.LittleEndian.Uint64(value))
		return true
	})
	if err == nil && (count != accounts || total != accounts*openingBalance) {
		err = fmt.Errorf("%w: %d accounts hold %d, want %d and %d", ErrWrong, count, total, accounts, accounts*openingBalance)
	}
	return err
}

func accountKey(i uint64) []byte {
	key := make([]byte, keyBytes)
	putKey(key, i)
	return key
}

func balance(amount int64) []byte { return binary.LittleEndian.AppendUint64(nil, uint64(amount)) }
