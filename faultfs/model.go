package faultfs

import (
	"github.com/lightningdb/lightning-torture/faultfs/crash"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/rule"
)

// What users need to choose the disk, the faults and the answers. The fields and methods are documented in the packages
// model, rule and crash.
type (
	// Model says what a power cut may leave behind: what the filesystem promises and what the disk below it does. The
	// zero Model is PosixMin on a disk that writes sectors of 512 bytes as a whole.
	Model = model.Model
	// Profile is the rule that says which subsets of the pending ops a power cut may keep, and what a sync makes
	// durable. The zero Profile is PosixMin.
	Profile = model.Profile
	// Device is what the disk below the filesystem does when power is cut.
	Device = model.Device
	// Rule is a fault: which operations it hits and what happens to them.
	Rule = rule.Rule
	// Chooser decides what a power cut left on the disk.
	Chooser = crash.Chooser
	// PendingOp names a pending op of a crash point.
	PendingOp = crash.PendingOp
	// Damage is what happened to a disk at rest.
	Damage = crash.Damage
)

// PosixMin keeps any subset of the pending ops that respects their order: what fsync(2) promises and no more.
func PosixMin() Profile { return model.PosixMin() }

// LoseAll loses every pending op: the classic test disk, which misses every bug of order.
func LoseAll() Profile { return model.LoseAll() }

// LoseNone keeps every pending op: a killed process on a machine that runs on.
func LoseNone() Profile { return model.LoseNone() }

// Profiles returns all profiles, the default first.
func Profiles() []Profile { return model.Profiles() }

// ProfileNamed returns the profile of that name; the error lists the choices.
func ProfileNamed(name string) (Profile, error) { return model.ProfileNamed(name) }

// ParseDevice reads a device from its text.
func ParseDevice(text string) (Device, error) { return model.ParseDevice(text) }

// ParseRule reads a rule from its text.
func ParseRule(text string) (*Rule, error) { return rule.ParseRule(text) }

// Seeded returns a chooser that draws from seed: one random image per seed. Its answer depends on the question and not
// on earlier questions, so goroutines that look in a different order still see the same image.
func Seeded(seed uint64) Chooser { return crash.Seeded(seed) }
