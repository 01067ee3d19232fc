package trials

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// The compiler writes an archive. The first file in it holds the exported declarations for importers; the second holds
// the machine code with symbols, relocations and line numbers. Declarations contain columns, so they differ even where
// the code does not. The second file begins with lines of text, among them the build ID, which depends on the source;
// then come "
// !
// ", a magic number, and eight bytes that identify the declarations. The digest leaves out those lines and bytes. Equal
// digests mean equal code, and so the compiler proves that a mutation changes nothing ("trivial compiler equivalence",
// Papadakis et al., ICSE 2015, https://doi.org/10.1109/ICSE.2015.103).
const (
	archiveMagic = "!<arch>\n"
	codeFile     = "_go_.o"
	codeMagic    = "\n!\n\x00go120ld"
)

var errObject = errors.New("the compiler's archive has an unknown format")

// objectOf compiles a package and returns the digest of its code, or "" if the format of the archive is unknown.
func objectOf(ctx context.Context, dir, pkg, overlayFile string) (string, error) {
	args := []string{"list", "-export", "-f", "{{.Export}}"}
	if overlayFile != "" {
		args = append(args, "-overlay", overlayFile)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, pkg)...)
	cmd.Dir = dir
	var why strings.Builder
	cmd.Stderr = &why
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, strings.TrimSpace(why.String()))
	}
	archive, err := os.ReadFile(strings.TrimSpace(string(out)))
	if err != nil {
		return "", err
	}
	digest, err := digestOf(archive)
	if errors.Is(err, errObject) {
		return "", nil
	}
	return digest, err
}

// digestOf returns the digest of the code in an archive.
func digestOf(archive []byte) (string, error) {
	code, err := member(archive, codeFile)
	if err != nil {
		return "", err
	}
	at := bytes.Index(code, []byte(codeMagic))
	if at < 0 || len(code) < at+len(codeMagic)+8 {
		return "", errObject
	}
	return fmt.Sprintf("%x", sha256.Sum256(code[at+len(codeMagic)+8:]))[:32], nil
}

// member returns a file of an archive. A header of 60 bytes precedes each: the name is in the first 16, the length in
// bytes 48 to 58.
func member(archive []byte, name string) ([]byte, error) {
	rest, ok := bytes.CutPrefix(archive, []byte(archiveMagic))
	for ok && len(rest) >= 60 {
		length, err := strconv.Atoi(strings.TrimSpace(string(rest[48:58])))
		if err != nil || length < 0 || length > len(rest)-60 {
			break
		}
		if strings.TrimRight(string(rest[:16]), " /") == name {
			return rest[60 : 60+length], nil
		}
		rest = rest[min(len(rest), 60+length+length%2):]
	}
	return nil, errObject
}
