package model

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
)

// Device says how the disk below the filesystem behaves when power is cut. The zero value is a disk that writes sectors
// of 512 bytes atomically and keeps what a sync has made durable. Its text form is
//
//	[sector=512|4096] [torn=garbage] [tear=byte] [safe-append] [rename-split] [ignore-flush=TICK]
type Device struct {
	// Sector is how many bytes the disk writes atomically: 512 or 4096; 0 means 512.
	Sector int64
	// Torn: the part of a sector that was being written may hold garbage.
	Torn bool
	// Tear: of the bytes that one call writes to a sector, only a part may have arrived: the first byte, the first
	// half, or all but the last byte.
	Tear bool
	// SafeAppend: a file grows only after its new bytes are written, like SQLite's SQLITE_IOCAP_SAFE_APPEND.
	SafeAppend bool
	// RenameSplit: moving a file to another directory is a link followed by an unlink. Power can be cut in between, and
	// a sync of one directory does not wait for the other. This is a property of a filesystem rather than of a disk. It
	// is among the devices so that it can be combined with every profile.
	RenameSplit bool
	// IgnoreFlush is a tick: from then on, syncs return success and make nothing durable. 0 means never. In a crash
	// image made at or after that tick no sync makes anything durable.
	IgnoreFlush uint64
}

// String returns the text form of the device, which is empty for the zero value.
func (d Device) String() string {
	var words []string
	if d.Sector != 0 {
		words = append(words, fmt.Sprintf("sector=%d", d.Sector))
	}
	if d.Torn {
		words = append(words, "torn=garbage")
	}
	if d.Tear {
		words = append(words, "tear=byte")
	}
	if d.SafeAppend {
		words = append(words, "safe-append")
	}
	if d.RenameSplit {
		words = append(words, "rename-split")
	}
	if d.IgnoreFlush != 0 {
		words = append(words, fmt.Sprintf("ignore-flush=%d", d.IgnoreFlush))
	}
	return strings.Join(words, " ")
}

// ParseDevice parses the text form of a device.
func ParseDevice(text string) (Device, error) {
	var d Device
	given := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		name, _, _ := strings.Cut(word, "=")
		if given[name] {
			return Device{}, fmt.Errorf("%w %q: %s is given twice", ErrDevice, text, name)
		}
		given[name] = true
		if err := d.parseWord(word); err != nil {
			return Device{}, fmt.Errorf("%w %q: %w", ErrDevice, text, err)
		}
	}
	return d, nil
}

func (d *Device) parseWord(word string) error {
	name, value, pair := strings.Cut(word, "=")
	switch name {
	case "sector":
		if value != "512" && value != "4096" {
			return fmt.Errorf("%s: choose sector=512 or sector=4096", word)
		}
		d.Sector = map[string]int64{"512": disk.SectorBytes, "4096": disk.PageBytes}[value]
	case "torn":
		if value != "garbage" {
			return fmt.Errorf("%s: choose torn=garbage", word)
		}
		d.Torn = true
	case "tear":
		if value != "byte" {
			return fmt.Errorf("%s: choose tear=byte", word)
		}
		d.Tear = true
	case "safe-append", "rename-split":
		if pair {
			return fmt.Errorf("%s: %s takes no value", word, name)
		}
		d.SafeAppend, d.RenameSplit = d.SafeAppend || name == "safe-append", d.RenameSplit || name == "rename-split"
	case "ignore-flush":
		tick, err := strconv.ParseUint(value, 10, 64)
		if err != nil || tick == 0 {
			return fmt.Errorf("%s: ignore-flush takes the tick from which on syncs have no effect, at least 1", word)
		}
		d.IgnoreFlush = tick
	default:
		return fmt.Errorf("unknown word %q; choose from sector=512, sector=4096, torn=garbage, tear=byte, safe-append, rename-split, ignore-flush=TICK", word)
	}
	return nil
}

// Ignores reports whether the disk ignores a sync at a tick while reporting success.
func (d Device) Ignores(tick uint64) bool { return d.IgnoreFlush != 0 && tick >= d.IgnoreFlush }
