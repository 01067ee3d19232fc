//go:build !linux

package mount

import "github.com/lightningdb/lightning-torture/faultfs"

// Mount is a directory in which filesystems are served.
type Mount struct{}

// New fails: there is no FUSE here.
func New(string) (*Mount, error) { return nil, ErrUnsupported }

// Add is never called.
func (m *Mount) Add(Disk) string { return "" }

// Attrs is never called.
func (m *Mount) Attrs(string) map[faultfs.Ino]Attr { return nil }

// Remove is never called.
func (m *Mount) Remove(string) {}

// Close is never called.
func (m *Mount) Close() error { return nil }
