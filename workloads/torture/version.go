package torture

import (
	"cmp"
	"runtime"
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

func provenance() Provenance {
	return Provenance{Tool: Version(), GoVersion: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU()}
}
