package faultfs

import (
	"github.com/lightningdb/lightning-torture/faultfs/crash"
	"github.com/lightningdb/lightning-torture/faultfs/model"
	"github.com/lightningdb/lightning-torture/faultfs/rule"
)

// Types for choosing the disk, the faults and the answers. Their fields and methods are documented in packages model,
// rule and crash.
type (
	// Model says what a power cut may leave: what the filesystem promises and how the disk below it behaves. The zero
	// Model is PosixMin on a disk that writes sectors of 512 bytes atomically.
	Model = model.Model
	// Profile says which subsets of the pending ops a power cut may keep, and what a sync makes durable. The zero
	// Profile is PosixMin.
	Profile = model.Profile
	// Device says how the disk below the filesystem behaves when power is cut.
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

// LoseAll loses every pending op: the classic test disk, which misses every ordering bug.
func LoseAll() Profile { return model.LoseAll() }

// LoseNone keeps every pending op: a killed process on a machine that keeps running.
func LoseNone() Profile { return model.LoseNone() }

// Profiles returns all profiles, the default first.
func Profiles() []Profile { return model.Profiles() }

// ProfileNamed returns the profile with that name. The error lists the choices.
func ProfileNamed(name string) (Profile, error) { return model.ProfileNamed(name) }

// ParseDevice parses the text form of a device.
func ParseDevice(text string) (Device, error) { return model.ParseDevice(text) }

// ParseRule parses the text form of a rule.
func ParseRule(text string) (*Rule, error) { return rule.ParseRule(text) }

// Seeded returns a chooser that draws from seed: one random image per seed. Each answer depends only on the question,
// not on earlier ones, so goroutines that look in different orders still see the same image.
func Seeded(seed uint64) Chooser { return crash.Seeded(seed) }
