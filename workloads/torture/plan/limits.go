package plan

import (
	"fmt"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// The limits of every number that describes a run. A spec may come from a token or a file that somebody else made, so
// Resolve checks them before it allocates anything of that size. The flags of the command have the same limits.
//
// A run of Lightning at the limits takes about 1.2 GiB: 1.0 GiB with 200,000 steps, 1.1 GiB with 200,000 keys. The
// largest scenario has 85,092 steps, the largest run of the matrix 200 steps and 3,000 keys.
const (
	MaxClients    = 256       // goroutines
	MaxOps        = 100_000   // steps of one client
	MaxKeys       = 200_000   // keys loaded before the clients start
	MaxValueBytes = 64 << 10  // length of a value in bytes; some workloads make a few values six times as long
	MaxSteps      = 200_000   // clients × ops
	MaxWork       = 128 << 20 // clients × ops × keys: one step in sixteen scans or deletes a share of the keys
	MaxWritten    = 64 << 20  // (keys + clients × ops) × length of a value, in bytes

	MaxRules     = 64   // rules of one run
	MaxRuleBytes = 1024 // length of a rule, and of a fault or device in a spec

	MaxWorkers = 1024      // crash points explored concurrently
	MaxCount   = 1_000_000 // rounds, crash points of a run, findings, attempts: counts that cost nothing in advance

	MaxFor      = 366 * 24 * time.Hour
	MaxPatience = 24 * time.Hour
)

// CheckNumber returns an ErrConfig unless n is in [0, limit].
func CheckNumber(name string, n, limit int) error {
	if n < 0 || n > limit {
		return fmt.Errorf("%w: %s is %d; give a number from 0 to %d", ErrConfig, name, n, limit)
	}
	return nil
}

// CheckDuration returns an ErrConfig unless d is in [0, limit].
func CheckDuration(name string, d, limit time.Duration) error {
	if d < 0 || d > limit {
		return fmt.Errorf("%w: %s is %v; give a duration from 0 to %v", ErrConfig, name, d, limit)
	}
	return nil
}

// Check returns an ErrConfig that names a number of the spec beyond its limit; nil if there is none.
func (s *Spec) Check() error {
	if err := CheckSize(s.Size.Clients, s.Size.Ops, s.Size.Keys, s.Size.ValueBytes); err != nil {
		return err
	}
	if err := s.Size.Largest.Check(); err != nil {
		return fmt.Errorf("%w: the largest sizes that the target states: %w", ErrConfig, err)
	}
	for _, text := range []struct{ name, value string }{{"fault", s.Fault}, {"device", s.Device}} {
		if err := checkText(text.name, text.value); err != nil {
			return err
		}
	}
	if err := CheckNumber("the number of limits", len(s.Limits), contract.MaxLimits); err != nil || s.Keep == nil {
		return err
	}
	return s.Keep.check()
}

// CheckSize returns an ErrConfig that names a number of a run beyond its limit, or a product of several that is too
// large.
func CheckSize(clients, ops, keys, valueBytes int) error {
	for _, dial := range []struct {
		name     string
		n, limit int
	}{
		{"clients", clients, MaxClients},
		{"ops", ops, MaxOps},
		{"keys", keys, MaxKeys},
		{"value_bytes", valueBytes, MaxValueBytes},
	} {
		if err := CheckNumber(dial.name, dial.n, dial.limit); err != nil {
			return err
		}
	}
	steps := int64(max(clients, 1)) * int64(ops)
	for _, product := range []struct {
		name     string
		n, limit int64
		of       string
	}{
		{"clients × ops", steps, MaxSteps, fmt.Sprintf("%d × %d", max(clients, 1), ops)},
		{"clients × ops × keys", steps * int64(keys), MaxWork, fmt.Sprintf("%d × %d × %d", max(clients, 1), ops, keys)},
		{
			"(keys + clients × ops) × value_bytes", (int64(keys) + steps) * int64(valueBytes), MaxWritten,
			fmt.Sprintf("(%d + %d × %d) × %d", keys, max(clients, 1), ops, valueBytes),
		},
	} {
		if product.n > product.limit {
			return fmt.Errorf("%w: %s is %s = %d; the limit is %d", ErrConfig, product.name, product.of, product.n, product.limit)
		}
	}
	return nil
}

func checkText(name, text string) error {
	if len(text) > MaxRuleBytes {
		return fmt.Errorf("%w: the text of the %s has %d bytes; the limit is %d", ErrConfig, name, len(text), MaxRuleBytes)
	}
	return nil
}

// check returns an ErrConfig if the kept part is larger than any script, or names a step that no script has.
func (k *Keep) check() error {
	for _, list := range []struct {
		name   string
		kept   []int
		length int
		limit  int
	}{
		{"keep.load", k.Load, MaxKeys, MaxKeys},
		{"keep.steps", k.Steps, MaxSteps, MaxClients * MaxOps},
	} {
		if err := CheckNumber("the length of "+list.name, len(list.kept), list.length); err != nil {
			return err
		}
		for _, n := range list.kept {
			if err := CheckNumber("an element of "+list.name, n, list.limit); err != nil {
				return err
			}
		}
	}
	if err := CheckNumber("keep.batch", k.Batch, MaxKeys); err != nil {
		return err
	}
	return CheckRules(k.Rules)
}

// CheckRules returns an ErrConfig if there are too many rules, or if one is too long.
func CheckRules(rules []string) error {
	if err := CheckNumber("the number of rules", len(rules), MaxRules); err != nil {
		return err
	}
	for _, rule := range rules {
		if err := checkText("rule", rule); err != nil {
			return err
		}
	}
	return nil
}
