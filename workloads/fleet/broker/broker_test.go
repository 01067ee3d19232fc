package broker_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/workloads/fleet/broker"
)

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func write(t *testing.T, name, kind string, bytes []byte) string {
	t.Helper()
	require.NoError(t, os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o600))
	return name
}

// farFuture is the expiry of certificates.
var farFuture = time.Unix(1<<33, 0)

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotAfter: farFuture, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &authority{cert, key, write(t, filepath.Join(t.TempDir(), "ca.pem"), "CERTIFICATE", der)}
}

// files returns a set of files with a certificate signed by the authority.
func (a *authority) files(t *testing.T, secret string) broker.Files {
	t.Helper()
	dir := t.TempDir()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotAfter: farFuture, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	require.NoError(t, err)
	private, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	name := filepath.Join(dir, "secret")
	require.NoError(t, os.WriteFile(name, []byte(secret+"\n"), 0o600))
	return broker.Files{
		Certificate: write(t, filepath.Join(dir, "cert.pem"), "CERTIFICATE", der), Key: write(t, filepath.Join(dir, "key.pem"), "EC PRIVATE KEY", private),
		Authority: a.file, Credentials: name,
	}
}

const secret = "correct horse battery staple"

func TestStrangersAreKeptOut(t *testing.T) {
	t.Parallel()
	ours, theirs := newAuthority(t), newAuthority(t)
	right := ours.files(t, secret)
	s, err := broker.Start("127.0.0.1:0", t.TempDir(), right)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	inside, err := s.Connect()
	require.NoError(t, err, "the coordinator's own connection")
	inside.Close()
	stranger := theirs.files(t, secret)
	stranger.Authority = ours.file
	for name, c := range map[string]struct {
		files broker.Files
		in    bool
	}{
		"certificate and secret":               {right, true},
		"another secret":                       {ours.files(t, "incorrect horse battery"), false},
		"a certificate from another authority": {stranger, false},
		"no certificate":                       {broker.Files{Credentials: right.Credentials}, false},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := broker.Dial(s.Address(), "test", c.files)
			require.NoError(t, err)
			defer conn.Close()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			refused := make(chan struct{})
			if !c.in {
				go func() {
					defer close(refused)
					for conn.LastError() == nil && ctx.Err() == nil { // until the first attempt has failed
						<-time.NewTimer(time.Millisecond).C
					}
					cancel()
				}()
				<-refused
				require.Error(t, conn.LastError())
			}
			err = broker.Reached(ctx, conn)
			require.Equal(t, c.in, err == nil, "%v", err)
		})
	}
}

func TestUnusableFilesAndAddressesAreRefused(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	right := a.files(t, secret)
	open := filepath.Join(t.TempDir(), "open")
	require.NoError(t, os.WriteFile(open, []byte(secret), 0o644)) //nolint:gosec // being readable by others is what the test is about
	require.NoError(t, os.Chmod(open, 0o644))
	for name, c := range map[string]struct {
		address string
		files   broker.Files
		says    string
	}{
		"a public address without TLS and credentials": {"0.0.0.0:0", broker.Files{}, "others can reach 0.0.0.0:0"},
		"a public address without credentials":         {"0.0.0.0:0", broker.Files{Certificate: right.Certificate, Key: right.Key, Authority: right.Authority}, "others can reach"},
		"a public address without certificates":        {":0", broker.Files{Credentials: right.Credentials}, "others can reach"},
		"an invalid address":                           {"here", broker.Files{}, "give host:port"},
		"half a certificate":                           {"127.0.0.1:0", broker.Files{Certificate: right.Certificate}, "belong together"},
		"a short secret":                               {"127.0.0.1:0", a.files(t, "short"), "write at least 16"},
		"a secret that others may read":                {"127.0.0.1:0", broker.Files{Credentials: open}, "chmod 600"},
		"an authority file without a certificate":      {"127.0.0.1:0", broker.Files{Certificate: right.Certificate, Key: right.Key, Authority: right.Key}, "has no certificate"},
	} {
		_, err := broker.Start(c.address, t.TempDir(), c.files)
		require.ErrorIs(t, err, broker.ErrFiles, name)
		require.ErrorContains(t, err, c.says, name)
	}
}
