package native_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
)

// Words that make this test binary one of the following programs.
const (
	versionsWord      = "keep-versions"
	lateVersionsWord  = "keep-versions-late"
	checkVersionsWord = "check-versions"
)

const versionAttr = "user.version"

// keepVersions writes documents into files without a name and links them when they are complete. The version of each is an
// extended attribute.
func keepVersions(dir string) error { return versions(dir, unix.Fsetxattr, unix.Fsync) }

// keepVersionsLate sets the attribute after the sync.
func keepVersionsLate(dir string) error {
	return versions(dir, func(fd int, name string, value []byte, flags int) error {
		return errors.Join(unix.Fsync(fd), unix.Fsetxattr(fd, name, value, flags))
	}, func(int) error { return nil })
}

func versions(dir string, set func(fd int, name string, value []byte, flags int) error, sync func(fd int) error) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	for i := range 3 {
		version := fmt.Sprint(i)
		fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_RDWR, 0o600)
		if err != nil {
			return err
		}
		_, err = unix.Write(fd, []byte(version))
		err = errors.Join(err, set(fd, versionAttr, []byte(version), 0), sync(fd),
			unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", fd), unix.AT_FDCWD, filepath.Join(dir, "v"+version), unix.AT_SYMLINK_FOLLOW),
			d.Sync(), os.WriteFile(dir+"/.torture/ack", []byte(version+"\n"), 0o600))
		if err != nil {
			return err
		}
	}
	return nil
}

// checkVersions checks that every acknowledged document is there, and that each has the version that its content says.
func checkVersions(dir string) error {
	acks, err := os.ReadFile(os.Getenv("TORTURE_ACKS"))
	if err != nil {
		return err
	}
	wrong := func(format string, args ...any) error {
		fmt.Printf(format+"\n", args...)
		os.Exit(1)
		return nil
	}
	for i := range 3 {
		version := fmt.Sprint(i)
		content, err := os.ReadFile(filepath.Join(dir, "v"+version))
		if errors.Is(err, os.ErrNotExist) {
			if strings.Contains(string(acks), version) {
				return wrong("version %s is lost", version)
			}
			continue
		}
		value := make([]byte, 10)
		n, _ := unix.Getxattr(filepath.Join(dir, "v"+version), versionAttr, value) // without the attribute, n is negative
		if value = value[:max(n, 0)]; !bytes.Equal(content, value) || string(value) != version {
			return wrong("%q says that it is version %q", content, value)
		}
	}
	return nil
}

// What a program keeps in extended attributes, and in files that get their name when they are complete, is lost and found like
// everything else.
func TestExtendedAttributesAndNamelessFilesAreCutToo(t *testing.T) {
	withFUSE(t)
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	for word, why := range map[string]string{
		versionsWord: "", lateVersionsWord: "the link of O_TMPFILE#2 -> v0 became durable before the setxattr of O_TMPFILE#2, with no intervening sync of the file",
	} {
		for _, observe := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, observed %t", word, observe), func(t *testing.T) {
				t.Parallel()
				result := explore(t, native.Spec{
					Program: []string{self, word, program.Dir}, Check: []string{self, checkVersionsWord, program.Dir}, Observe: observe,
				})
				assert.Equal(t, why == "", result.Passed, "%+v", result)
				if why != "" {
					require.NotEmpty(t, result.Findings)
					require.NotNil(t, result.Findings[0].Explanation)
					assert.Contains(t, result.Findings[0].Explanation.Sentence, why)
				}
			})
		}
	}
}
