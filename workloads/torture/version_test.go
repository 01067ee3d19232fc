package torture

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVersionOfTheLab(t *testing.T) {
	mine := debug.Module{Path: "example.com/mine", Version: "v0.1.0"}
	lab := debug.Module{Path: labModule, Version: "v1.2.3"}
	checkout := debug.Module{Path: labModule, Version: "v0.0.0", Replace: &debug.Module{Path: "../lightning-torture"}}
	fork := debug.Module{Path: labModule, Version: "v1.2.3", Replace: &debug.Module{Path: "example.com/fork", Version: "v9.0.0"}}
	for _, row := range []struct {
		name  string
		build debug.BuildInfo
		want  string
	}{
		{"the lab's own command", debug.BuildInfo{Main: lab}, "v1.2.3"},
		{"the lab's own command, built without a version", debug.BuildInfo{Main: debug.Module{Path: labModule}}, "(devel)"},
		{"another module that requires the lab", debug.BuildInfo{Main: mine, Deps: []*debug.Module{&lab}}, "v1.2.3"},
		{"a lab from a checkout", debug.BuildInfo{Main: mine, Deps: []*debug.Module{&checkout}}, "(devel)"},
		{"a fork of the lab", debug.BuildInfo{Main: mine, Deps: []*debug.Module{&fork}}, "v9.0.0"},
		{"no lab at all", debug.BuildInfo{Main: mine}, "(devel)"},
	} {
		t.Run(row.name, func(t *testing.T) { require.Equal(t, row.want, versionIn(&row.build)) })
	}
}

func TestCommitOfTheBinary(t *testing.T) {
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "bf6e5d0d34cd0f7a1b1e"}
	for _, row := range []struct {
		name     string
		settings []debug.BuildSetting
		want     string
	}{
		{"a clean checkout", []debug.BuildSetting{revision, {Key: "vcs.modified", Value: "false"}}, "bf6e5d0d34cd"},
		{"a changed one", []debug.BuildSetting{revision, {Key: "vcs.modified", Value: "true"}}, "bf6e5d0d34cd+"},
		{"no repository", []debug.BuildSetting{{Key: "vcs.modified", Value: "true"}}, ""},
	} {
		t.Run(row.name, func(t *testing.T) { require.Equal(t, row.want, commitIn(&debug.BuildInfo{Settings: row.settings})) })
	}
}
