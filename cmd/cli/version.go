package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
)

func versionCommand(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version, how this binary was built, and which files it reads", Args: cmdline.Exactly(),
		RunE: func(*cobra.Command, []string) error {
			own := ""
			if t.name.short != labName {
				own = t.name.short + ", "
			}
			_, err := fmt.Fprintf(t.stdout, "%s%s %s (%s, %s/%s)\n%s", own, labName, torture.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH,
				versionDetails())
			return err
		},
	}
}

// versionDetails has a line for everything that determines whether this binary can reproduce what another one showed.
func versionDetails() string {
	var b strings.Builder
	row := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "  %-10s %s\n", name, text)
		}
	}
	if build, ok := debug.ReadBuildInfo(); ok {
		row("main", strings.TrimSpace(build.Main.Path+" "+build.Main.Version))
		row("commit", torture.Commit())
		var settings []string
		for _, s := range build.Settings {
			switch s.Key {
			case "-race", "-tags", "CGO_ENABLED", "GOAMD64", "GOARM64", "GOEXPERIMENT", "GOFLAGS":
				settings = append(settings, s.Key+"="+s.Value)
			}
		}
		row("built with", strings.Join(settings, " "))
	}
	row("replays", fmt.Sprintf("tokens %s..., findings (%s) of every version", evidence.TokenPrefix, evidence.Ext))
	row("judges", fmt.Sprintf("histories of versions 1 to %d", history.Version))
	return b.String()
}
