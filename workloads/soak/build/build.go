package build

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
)

// ID returns a hash of this binary. A commit would not do: two builds of one commit may differ, and findings belong to builds.
func ID() (id string, err error) {
	name, err := os.Executable()
	if err != nil {
		return "", err
	}
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, file)
	return hex.EncodeToString(h.Sum(nil)[:6]), errors.Join(err, file.Close())
}
