package audit

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

func TestAnHonestStorePasses(t *testing.T) {
	t.Parallel()
	require.Empty(t, accusations(t, honest(), healthy))
	require.Empty(t, accusations(t, honest(), rotten))
}

var errToy = errors.New("the toy says so")

// isStore reports whether an environment is that of the store itself, not of a copy.
func isStore(env contract.Env) bool { return env.Dir == record.StoreDir }

func TestEveryLieAboutAHealthyImageIsFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lie, class, says string
		tell             func(t *contract.Target)
	}{
		{"a healthy open store does not verify", "healthy, but does not verify", "verifying it fails: the toy says so", func(t *contract.Target) {
			t.Open = opening(func(s *store) { s.verify = errToy })
		}},
		{"a Get returns another value than a scan", "read differs", "by itself, and .* in a scan", getsOtherwise(func(value []byte, found bool) ([]byte, bool) {
			return append([]byte("not "), value...), found
		})},
		{"a Get returns a deleted key", "read differs", "by itself, and absent in a scan", getsOtherwise(func(value []byte, _ bool) ([]byte, bool) {
			return value, true
		})},
		{"healthy files do not verify", "healthy, but does not verify", "verifying its files fails: the toy says so", func(t *contract.Target) {
			t.Administration.VerifyFiles = func(contract.Env) error { return errToy }
		}},
		{"verification ignores read errors", "verify ignores errors", "although not all of them could be read", func(t *contract.Target) {
			t.Administration.VerifyFiles = func(env contract.Env) error {
				_, _ = afero.ReadFile(env.FS, env.Dir+"/log")
				return nil
			}
		}},
		{"a read-only open writes", "read-only changes", "changed the disk: create db/looked", func(t *contract.Target) {
			look := t.Administration.OpenReadOnly
			t.Administration.OpenReadOnly = func(env contract.Env) (workloads.Store, error) {
				if isStore(env) {
					_ = afero.WriteFile(env.FS, env.Dir+"/looked", nil, 0o600)
				}
				return look(env)
			}
		}},
		{"a read-only open finds no store", "read-only fails", "cannot be opened read-only: the toy says so", func(t *contract.Target) {
			look := t.Administration.OpenReadOnly
			t.Administration.OpenReadOnly = func(env contract.Env) (workloads.Store, error) {
				if isStore(env) {
					return nil, errToy
				}
				return look(env)
			}
		}},
		{"a read-only store lacks keys", "read-only differs", "shows other contents than after its recovery", looksDifferently(func(key []byte) bool {
			return strings.HasSuffix(string(key), "0")
		})},
		{"a copy that was acknowledged is empty", "copy differs", "no longer has the contents that it was made with", func(t *contract.Target) {
			look := t.Administration.OpenReadOnly
			t.Administration.OpenReadOnly = func(env contract.Env) (workloads.Store, error) {
				s, err := look(env)
				if err != nil || isStore(env) || !recovering(env) {
					return s, err
				}
				return &store{Store: s.(*toy.Store), hides: func([]byte) bool { return true }}, nil
			}
		}},
		{"a copy that was acknowledged cannot be read", "copy lost", "cannot be read after it: the toy says so", func(t *contract.Target) {
			look := t.Administration.OpenReadOnly
			t.Administration.OpenReadOnly = func(env contract.Env) (workloads.Store, error) {
				if !isStore(env) && recovering(env) {
					return nil, errToy
				}
				return look(env)
			}
		}},
		{"a backup cannot be restored after the crash", "backup lost", "cannot be restored after it: the toy says so", func(t *contract.Target) {
			restore := t.Administration.Restore
			t.Administration.Restore = func(env contract.Env, repository string, number uint64) error {
				if recovering(env) {
					return errToy
				}
				return restore(env, repository, number)
			}
		}},
		{"a backup is not listed", "backup lost", "is not listed after it", func(t *contract.Target) {
			t.Administration.ListBackups = func(contract.Env, string) ([]uint64, error) { return nil, nil }
		}},
		{"backups cannot be listed", "backup lost", "cannot be listed after the crash: the toy says so", func(t *contract.Target) {
			t.Administration.ListBackups = func(contract.Env, string) ([]uint64, error) { return nil, errToy }
		}},
		{"healthy backups do not verify", "healthy, but does not verify", "the backups of .* verifying them fails", func(t *contract.Target) {
			t.Administration.VerifyBackups = func(contract.Env, string) error { return errToy }
		}},
		{"a backup that does not exist is deleted", "backup fails", "does not exist can be deleted", func(t *contract.Target) {
			t.Administration.DeleteBackup = func(contract.Env, string, uint64) error { return nil }
		}},
		{"a backup stays when it is deleted", "backup fails", "and backup [0-9]+ was deleted; now it lists", func(t *contract.Target) {
			remove := t.Administration.DeleteBackup
			t.Administration.DeleteBackup = func(env contract.Env, repository string, number uint64) error {
				if numbers, _ := numbersIn(env, repository); slices.Contains(numbers, number) {
					return nil
				}
				return remove(env, repository, number)
			}
		}},
		{"a backup is deleted although a sync fails", "chore does not last", "a power cut then undoes it", func(t *contract.Target) {
			remove := t.Administration.DeleteBackup
			t.Administration.DeleteBackup = func(env contract.Env, repository string, number uint64) error {
				err := remove(env, repository, number)
				if numbers, unlisted := numbersIn(env, repository); unlisted == nil && !slices.Contains(numbers, number) {
					return nil
				}
				return err
			}
		}},
		{"metrics are wrong", "accounts are wrong", "the toy says so", func(t *contract.Target) {
			t.Administration.OpenAccountant = accountant(nothing, errToy)
		}},
		{"a standing check fails", "accounts are wrong", "all stores of the engine does not hold: the toy says so", func(t *contract.Target) {
			t.Administration.Standing = []contract.StandingCheck{{Run: func() error { return nil }}, {Run: func() error { return errToy }}}
		}},
		{"inspection tools report other contents", "accounts are wrong", "the toy says so", func(t *contract.Target) {
			t.Administration.AccountFiles = func(contract.Env, *history.State) error { return errToy }
		}},
		{"a recovered store drops commits", "goes on wrongly", "its contents are wrong after further use", func(t *contract.Target) {
			t.Administration.OpenAccountant = accountant(func(s *store) {
				s.drops = func(w history.Write) bool { return strings.HasSuffix(string(w.Key), "-7") }
			}, nil)
		}},
	} {
		t.Run(c.lie, func(t *testing.T) {
			t.Parallel()
			target := honest()
			c.tell(&target)
			said := accusations(t, target, healthy)
			require.Contains(t, said, c.class)
			assert.Regexp(t, c.says, said[c.class])
		})
	}
}

// recovering reports whether an environment is that of a recovery. Only recorded runs have a Note function.
func recovering(env contract.Env) bool { return !env.Watched() }

// getsOtherwise makes Get of a recovered store return other values than a scan.
func getsOtherwise(gets func(value []byte, found bool) ([]byte, bool)) func(t *contract.Target) {
	return func(t *contract.Target) {
		open := t.Open
		t.Open = func(env contract.Env) (workloads.Store, error) {
			s, err := open(env)
			if err == nil && recovering(env) {
				s.(*store).gets = gets
			}
			return s, err
		}
	}
}

// looksDifferently makes a store that is opened read-only hide some keys.
func looksDifferently(hides func(key []byte) bool) func(t *contract.Target) {
	return func(t *contract.Target) {
		look := t.Administration.OpenReadOnly
		t.Administration.OpenReadOnly = func(env contract.Env) (workloads.Store, error) {
			s, err := look(env)
			if err != nil || !isStore(env) {
				return s, err
			}
			return &store{Store: s.(*toy.Store), hides: hides}, nil
		}
	}
}

func TestEveryLieAboutDamageIsFound(t *testing.T) {
	t.Parallel()
	corrupt := fmt.Errorf("%w: log", workloads.ErrCorrupt)
	refuses := func(t *contract.Target) {
		t.Open = func(env contract.Env) (workloads.Store, error) {
			before, err := afero.ReadFile(env.FS, env.Dir+"/log")
			s, opened := opening(nothing)(env)
			after, again := afero.ReadFile(env.FS, env.Dir+"/log")
			if errors.Join(err, opened, again) == nil && len(before) != len(after) { // it also treats a torn write as damage
				return nil, errors.Join(corrupt, s.Close())
			}
			return s, opened
		}
	}
	repairs := func(repair func(contract.Env) (contract.Repaired, error)) func(t *contract.Target) {
		return func(t *contract.Target) { t.Administration.Repair = repair }
	}
	inStore := func(env contract.Env, do func(s workloads.Store) error) error {
		s, err := opening(nothing)(env)
		if err != nil {
			return err
		}
		return errors.Join(do(s), s.Close())
	}
	drop := func(env contract.Env) error {
		return inStore(env, func(s workloads.Store) error {
			state := &history.State{}
			err := workloads.ReadAll(s, state)
			for key := range state.All() {
				err = errors.Join(err, s.Apply([]history.Write{{Key: slices.Clone(key), Delete: true}}, history.Sync))
			}
			return err
		})
	}
	for _, c := range []struct {
		lie, class, says string
		tell             func(t *contract.Target)
	}{
		{"a read error does not report damage as such", "wrong read", "reading the store does not report the damage: the toy says so", func(t *contract.Target) {
			t.Open = opening(func(s *store) { s.read = errToy })
		}},
		{"reads report damage and verification does not", "verify is blind", "verifying it finds nothing", func(t *contract.Target) {
			t.Open = opening(func(s *store) { s.read = corrupt })
		}},
		{"a verification error does not report damage as such", "verify fails", "with an error that does not report the damage: the toy says so", func(t *contract.Target) {
			t.Open = opening(func(s *store) { s.verify = errToy })
		}},
		{"the store refuses to open, and its files verify", "verify is blind", "the store refuses to open .*, but verifying its files returns <nil>", refuses},
		{"verifying a store that does not open changes it", "verify changes", "changed the disk: create db/verified", func(t *contract.Target) {
			refuses(t)
			t.Administration.VerifyFiles = func(env contract.Env) error {
				return errors.Join(corrupt, afero.WriteFile(env.FS, env.Dir+"/verified", nil, 0o600))
			}
		}},
		{"repair fails", "repair fails", "the repair of the store fails: the toy says so", repairs(func(contract.Env) (contract.Repaired, error) {
			return contract.Repaired{}, errToy
		})},
		{"a repaired store shows what nobody wrote", "repair invents", "the store was repaired, and now", repairs(func(env contract.Env) (contract.Repaired, error) {
			return contract.Repaired{}, inStore(env, func(s workloads.Store) error {
				return s.Apply([]history.Write{{Key: []byte("nobody"), Value: []byte("wrote this")}}, history.Sync)
			})
		})},
		{"a repaired store lacks keys that its report does not mention", "repair loses silently", "its report does not mention a loss", repairs(func(env contract.Env) (contract.Repaired, error) {
			return contract.Repaired{Damaged: true}, drop(env)
		})},
	} {
		t.Run(c.lie, func(t *testing.T) {
			t.Parallel()
			target := honest()
			c.tell(&target)
			said := accusations(t, target, rotten)
			require.Contains(t, said, c.class)
			assert.Regexp(t, c.says, said[c.class])
		})
	}
	t.Run("a store that does not promise to name damage may report it as any error", func(t *testing.T) {
		t.Parallel()
		for _, open := range []func(s *store){func(s *store) { s.read, s.verify = errToy, errToy }, func(s *store) { s.verify = errToy }} {
			target := honest()
			target.Promises.ReportsCorruption, target.Open, target.Administration.Repair = false, opening(open), nil
			assert.Empty(t, accusations(t, target, rotten))
		}
	})
	t.Run("a store that does not promise to name damage must not show wrong data", func(t *testing.T) {
		t.Parallel()
		target := honest()
		target.Promises.ReportsCorruption, target.Open = false, opening(func(s *store) {
			s.gets = func([]byte, bool) ([]byte, bool) { return []byte("something else"), true }
		})
		require.Regexp(t, "by itself, and .* in a scan", accusations(t, target, rotten)["wrong read"])
	})
	t.Run("damage of a copy goes unnoticed", func(t *testing.T) {
		t.Parallel()
		require.Regexp(t, "this is in the copy made by .*, whose contents are now wrong without any error", accusations(t, honest(), rottenCopy)["copy differs"])
	})
	t.Run("a report that mentions the loss is honest", func(t *testing.T) {
		t.Parallel()
		target := honest()
		repairs(func(env contract.Env) (contract.Repaired, error) {
			return contract.Repaired{Damaged: true, Lost: []contract.Loss{{File: "log"}}}, drop(env)
		})(&target)
		require.Empty(t, accusations(t, target, rotten))
	})
}
