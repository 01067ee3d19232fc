package broker

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// ErrFiles is wrapped by errors about certificates, credentials and addresses, which the user has to fix.
var ErrFiles = errors.New("fleet: certificates and credentials")

// Files names the files with which a side identifies itself. Certificate, Key and Authority must be given together, or all be
// empty for no TLS.
type Files struct {
	Certificate string // PEM
	Key         string // PEM; the private key of Certificate
	Authority   string // PEM; signs the other side's certificate
	Credentials string // the first line is a secret of at least 16 characters; or a NATS .creds file
}

// tls returns the TLS configuration, or nil if there are no certificates.
func (f *Files) tls() (*tls.Config, error) {
	if f.Certificate == "" && f.Key == "" && f.Authority == "" {
		return nil, nil
	}
	if f.Certificate == "" || f.Key == "" || f.Authority == "" {
		return nil, fmt.Errorf("%w: certificate, key and authority belong together; give --cert, --key and --ca", ErrFiles)
	}
	cert, err := tls.LoadX509KeyPair(f.Certificate, f.Key)
	if err != nil {
		return nil, fmt.Errorf("%w: %s and %s: %w", ErrFiles, f.Certificate, f.Key, err)
	}
	text, err := os.ReadFile(f.Authority)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFiles, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%w: %s has no certificate; give the PEM file of an authority", ErrFiles, f.Authority)
	}
	return &tls.Config{
		Certificates: []tls.Certificate{cert}, RootCAs: pool, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS13,
	}, nil
}

// Limits of a credentials file.
const (
	secretMin      = 16
	credentialsMax = 64 << 10
	credsHeader    = "-----BEGIN NATS USER JWT-----"
)

// secret returns the shared secret, or "" if there is no file or it is a NATS .creds file.
func (f *Files) secret() (secret string, err error) {
	if f.Credentials == "" {
		return "", nil
	}
	file, err := os.Open(f.Credentials)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrFiles, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrFiles, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%w: %s is readable by other users; run chmod 600 %s", ErrFiles, f.Credentials, f.Credentials)
	}
	first, err := bufio.NewReader(io.LimitReader(file, credentialsMax)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("%w: %w", ErrFiles, err)
	}
	if first = strings.TrimSpace(first); first == credsHeader {
		return "", nil
	}
	if len(first) < secretMin {
		return "", fmt.Errorf("%w: the secret in %s has %d characters; write at least %d, as openssl rand -hex 32 does", ErrFiles, f.Credentials,
			len(first), secretMin)
	}
	return first, nil
}
