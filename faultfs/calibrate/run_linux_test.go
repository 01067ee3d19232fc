package calibrate_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blockfs"
	"github.com/lightningdb/lightning-torture/faultfs/blockdev/kernelfs"
	"github.com/lightningdb/lightning-torture/faultfs/calibrate"
	"github.com/lightningdb/lightning-torture/faultfs/litmus"
)

func TestMain(m *testing.M) {
	blockfs.ServeIfAsked()
	os.Exit(m.Run())
}

// overwrite is a program whose outcomes are wrong, in a different way for each profile.
const overwrite = `
id: L98
title: overwrite two sectors
source: this test
setup:
  create f
  write f o 0 1024
program:
  open f
  write f n 0 1024
ext4-ordered:
  /f={n512,o512}+{n512,o512}
ext4-writeback:
  /f=n1024
`

func TestRealFilesystem(t *testing.T) {
	t.Parallel()
	if reason := kernelfs.Missing(); reason != "" {
		t.Skip(reason)
	}
	ordered, writeback := calibrate.Filesystems()[0], calibrate.Filesystems()[1]
	if reason := ordered.Missing(); reason != "" {
		t.Skip(reason)
	}
	program, err := litmus.Parse("L98-overwrite.litmus", []byte(overwrite))
	require.NoError(t, err)
	result, err := calibrate.Run(t.Context(), calibrate.Options{
		Programs: []litmus.Program{*program}, Filesystems: []calibrate.Filesystem{ordered, writeback},
		Plans: 3, Keep: t.TempDir(), // one plan may miss an outcome if the kernel commits earlier, on a busy machine
	})
	require.NoError(t, err)
	require.Len(t, result.Cells, 2)

	right, wrong := result.Cells[0], result.Cells[1]
	require.Empty(t, right.Unexpected())
	require.Empty(t, right.Unseen(), "all outcomes of a write torn at its sectors are seen")
	require.NotEmpty(t, wrong.Unexpected(), "the same outcomes are reported where they are not allowed")
	for _, s := range wrong.Unexpected() {
		require.NotEmpty(t, s.Log)
		require.FileExists(t, s.Image)
	}
}
