//go:build !linux

package mount

import "github.com/lightningdb/lightning-torture/faultfs"

// Mount is a mounted directory; it exists on Linux only.
type Mount struct{}

// New returns ErrUnsupported.
func New(string) (*Mount, error) { return nil, ErrUnsupported }

// Add is never called.
func (m *Mount) Add(Disk) string { return "" }

// Attrs is never called.
func (m *Mount) Attrs(string) map[faultfs.Ino]Attr { return nil }

// Remove is never called.
func (m *Mount) Remove(string) {}

// Close is never called.
func (m *Mount) Close() error { return nil }
