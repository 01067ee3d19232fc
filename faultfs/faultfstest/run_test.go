package faultfstest_test

import (
	"testing"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/faultfs/faultfstest"
	"github.com/lightningdb/lightning-torture/faultfs/litmus"
)

func TestOperatingSystem(t *testing.T) { faultfstest.Run(t, temporary) }

func TestFaultFS(t *testing.T) {
	faultfstest.Run(t, func(*testing.T) afero.Fs { return faultfs.New(faultfs.Options{}) })
}

// A crash image of an empty disk is a filesystem like any other.
func TestCrashImage(t *testing.T) {
	faultfstest.Run(t, func(t *testing.T) afero.Fs {
		img, err := faultfs.New(faultfs.Options{}).Crash(0, faultfs.Model{}, faultfs.ImageOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return img
	})
}

// temporary returns a directory of the operating system as a filesystem of its own.
func temporary(t *testing.T) afero.Fs { return litmus.Dir(t.TempDir()) }
