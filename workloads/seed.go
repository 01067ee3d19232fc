package workloads

import (
	"fmt"
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// Load returns a script in which the clients together write the given number of new keys, one synced commit each, as
// fast as they can.
func Load(seed uint64, clients, entries int) Script {
	size := Size{Clients: clients, Ops: (entries + clients - 1) / clients, ValueBytes: 100}
	s := Script{Workload: "load", Seed: seed, Size: size, Clients: make([][]Step, clients)}
	for i := range entries {
		c := i % clients
		name := fmt.Sprintf("c%d.%d", c, i/clients)
		key := fmt.Appendf(nil, "entry-%08d", i)
		s.Clients[c] = append(s.Clients[c], put(key, value(seed, name, size.ValueBytes), history.Sync))
	}
	return s
}

// Transfers returns a bank script with two accounts, A and B, of 1,000 each. Every client makes the given number of
// transfers, with an audit after every tenth.
func Transfers(seed uint64, clients, transfers int) Script {
	s := Bank(seed, Size{Clients: clients, Ops: 0, ValueBytes: 40}, BankOptions{Accounts: 2, Balance: 1000})
	accounts := [][]byte{accountKey(0), accountKey(1)}
	s.Size.Ops = transfers + transfers/10
	s.Clients = generate(seed, s.Size, func(rng *rand.Rand, _ int, name string) Step {
		from := rng.IntN(2)
		return Step{
			Kind: history.Txn, Isolation: SnapshotIsolation + Isolation(rng.IntN(2)),
			Transfer: &Transfer{From: accounts[from], To: accounts[1-from], Amount: 1 + rng.Int64N(50), Name: name},
		}
	})
	for _, steps := range s.Clients {
		for i := 10; i < len(steps); i += 11 {
			steps[i] = Step{Kind: history.Snapshot, Keys: accounts}
		}
	}
	return s
}
