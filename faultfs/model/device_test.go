package model_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs/model"
)

func TestDevicesRoundTrip(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]model.Device{
		"":             {},
		"sector=4096":  {Sector: 4096},
		"sector=512":   {Sector: 512},
		"torn=garbage": {Torn: true},
		"sector=4096 torn=garbage tear=byte safe-append rename-split ignore-flush=7": {
			Sector: 4096, Torn: true, Tear: true, SafeAppend: true, RenameSplit: true, IgnoreFlush: 7,
		},
	} {
		got, err := model.ParseDevice(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, text, got.String())
	}
	got, err := model.ParseDevice("  tear=byte\tsector=4096 ")
	require.NoError(t, err)
	require.Equal(t, "sector=4096 tear=byte", got.String())
}

func TestInvalidDevicesAreRefused(t *testing.T) {
	t.Parallel()
	for text, why := range map[string]string{
		"sector=1024":         `faultfs: bad device "sector=1024": sector=1024: choose sector=512 or sector=4096`,
		"torn":                "torn: choose torn=garbage",
		"tear=bit":            "tear=bit: choose tear=byte",
		"safe-append=yes":     "safe-append takes no value",
		"rename-split=no":     "rename-split takes no value",
		"ignore-flush=0":      "at least 1",
		"ignore-flush=-1":     "at least 1",
		"ignore-flush":        "at least 1",
		"cache=off":           `unknown word "cache=off"; choose from sector=512,`,
		"tear=byte tear=byte": "tear is given twice",
	} {
		got, err := model.ParseDevice(text)
		require.ErrorIs(t, err, model.ErrDevice, text)
		require.ErrorContains(t, err, why)
		require.Zero(t, got)
	}
}
