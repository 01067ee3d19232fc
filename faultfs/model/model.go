package model

import "github.com/lightningdb/lightning-torture/faultfs/disk"

// Model says what a power cut may leave: what the filesystem promises and how the disk below it behaves. The zero Model
// is PosixMin on a disk that writes sectors of 512 bytes atomically.
type Model struct {
	Profile Profile
	Device  Device
}

// Rules returns the rules of the profile as modified by the device.
func (m Model) Rules() Rules {
	r := m.Profile.rules
	if m.Device.SafeAppend {
		r = r&^AnyBytesBringSize | DataBeforeSize
	}
	if m.Device.RenameSplit {
		r |= RenameSplits | DirectoriesSyncAlone
	}
	return r
}

// Unit returns how many bytes a power cut keeps or loses as one unit: a power of two, at most a page.
func (m Model) Unit() int64 {
	if m.Profile.rules.Has(DataInOrder|DataFollowsMetadata) || m.Device.Sector == disk.PageBytes {
		return disk.PageBytes
	}
	return disk.SectorBytes
}
