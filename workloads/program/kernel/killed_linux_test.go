package kernel_test

import (
	"context"
	"os"
	"slices"
	"testing"

	"github.com/lightningdb/lightning-torture/workloads/program/kernel"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/programtest"
)

// exploreToKill explores on the filesystem that ON names.
func exploreToKill(s native.Spec) error {
	_, err := kernel.Explore(context.Background(), request(os.Getenv("ON"), s), nil)
	return err
}

func TestNothingIsLeftBehindWhicheverProcessIsKilled(t *testing.T) {
	t.Parallel()
	here := slices.DeleteFunc(kernel.Filesystems(), func(fs string) bool { return kernel.Possible(fs) != nil })
	withFilesystem(t, append(here, kernel.Filesystems()...)[0])
	programtest.Kill(t, 6, func(round int) []string { return []string{"ON=" + here[round%len(here)]} })
}
