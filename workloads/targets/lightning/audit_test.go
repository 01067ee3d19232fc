package lightning_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning"
	"github.com/lightningdb/lightning-torture/workloads/targets/lightning/accounts"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// lossy is a store that drops the last write of a batch.
type lossy struct{ workloads.Store }

func (l lossy) Apply(writes []history.Write, d history.Durability) error {
	return l.Store.Apply(writes[:max(1, len(writes)-1)], d)
}

// The lab must not trust what verification, repair, accounts and read-only stores report about themselves.
func TestAuditsNoticeLies(t *testing.T) {
	if testing.Short() {
		t.Skip("TestLightningKeepsItsPromises covers the same races; run without -short")
	}
	for _, c := range []struct {
		name, fault, class string
		lie                func(*torture.Target)
	}{
		{"verifying files finds nothing", "bitrot", "verify is blind", func(target *torture.Target) {
			target.Administration.VerifyFiles = func(torture.Env) error { return nil }
		}},
		{"a repair reports no loss", "bitrot", "repair loses silently", func(target *torture.Target) {
			repair := target.Administration.Repair
			target.Administration.Repair = func(env torture.Env) (torture.Repaired, error) {
				done, err := repair(env)
				done.Lost = nil
				return done, err
			}
		}},
		{"a repair invents a value", "bitrot", "repair invents", func(target *torture.Target) {
			repair := target.Administration.Repair
			target.Administration.Repair = func(env torture.Env) (torture.Repaired, error) {
				done, err := repair(env)
				if err != nil || !done.Damaged {
					return done, err
				}
				store, err := lightning.Open(env)
				if err == nil {
					err = store.Apply([]history.Write{{Key: []byte("k00000"), Value: []byte("made up")}}, history.Sync)
				}
				if err == nil {
					err = store.Close()
				}
				return done, err
			}
		}},
		{"tools report wrong figures", "power", "accounts are wrong", func(target *torture.Target) {
			target.Administration.AccountFiles = func(torture.Env, *history.State) error { return accounts.ErrWrong }
		}},
		{"a store that goes on loses a write", "power", "goes on wrongly", func(target *torture.Target) {
			open := target.Administration.OpenAccountant
			target.Administration.OpenAccountant = func(env torture.Env) (workloads.Store, func() error, error) {
				store, account, err := open(env)
				return lossy{store}, account, err
			}
		}},
		{"a read-only store recovers", "power", "read-only changes", func(target *torture.Target) {
			target.Administration.OpenReadOnly = func(env torture.Env) (workloads.Store, error) { return lightning.Open(env) }
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := withoutStandingChecks()
			c.lie(&target)
			r, err := torture.Check(context.Background(), target, torture.Options{
				Workloads: []string{"kv"}, Faults: []string{c.fault}, Profile: "posix-min", Clients: 1, Ops: 40, Keys: 400, Rounds: 6,
				Seed: 3, StopAfter: 1, NoShrink: true, CrashPoints: 60,
			})
			require.NoError(t, err)
			require.Equal(t, checker.Fail, r.Verdict, "%v", r.Reasons)
			require.Equal(t, c.class, r.Findings[0].Class, r.Findings[0].Sentence)
		})
	}
}
