package torture

import (
	"cmp"
	"fmt"
	"runtime/debug"
)

const labModule = "github.com/lightningdb/lightning-torture"

// Version returns the version of the lab that this binary was built from; "(devel)" if that is a checkout.
func Version() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return "(devel)"
	}
	return versionIn(build)
}

func versionIn(build *debug.BuildInfo) string {
	for _, m := range append([]*debug.Module{&build.Main}, build.Deps...) {
		if m.Path != labModule {
			continue
		}
		if m.Replace != nil {
			m = m.Replace
		}
		return cmp.Or(m.Version, "(devel)")
	}
	return "(devel)"
}

// replayLine says how to replay a failure that a Go test found: lightning-torture knows only the targets of the lab's
// own module, so other modules call the function.
func replayLine(token string) string {
	if build, ok := debug.ReadBuildInfo(); !ok || build.Main.Path == labModule {
		return "lightning-torture replay " + token
	}
	return fmt.Sprintf("torture.Replay(ctx, []torture.Target{target}, %q, torture.ReplayOptions{})", token)
}
