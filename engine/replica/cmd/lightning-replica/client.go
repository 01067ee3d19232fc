package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/engine/replica/server"
)

// client holds the flags of the commands that talk to a node.
type client struct {
	certificates
	node string
}

// command returns a cobra command with the flags of a client.
func (f *client) command(use, short string, args int, run func(ctx context.Context, out io.Writer, args []string) error) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short, Args: exactly(args),
		RunE: func(c *cobra.Command, args []string) error { return run(c.Context(), c.OutOrStdout(), args) },
	}
	c.Flags().StringVar(&f.node, "node", "127.0.0.1:7300", "`ADDRESS` of a node's HTTP API")
	f.add(c)
	return c
}

func clientCommands() []*cobra.Command {
	f := &client{}
	member := &cobra.Command{Use: "member", Short: "Change the members of the group"}
	add := f.command("add ID ADDRESS", "Add a node, first as a learner and then as a voter", 2, f.addMember)
	remove := f.command("remove ID", "Remove a node", 1, func(ctx context.Context, _ io.Writer, args []string) error {
		return f.changeMember(ctx, args[0], "remove", "")
	})
	member.AddCommand(add, remove)
	return []*cobra.Command{
		f.command("put KEY VALUE", "Write a pair", 2, func(ctx context.Context, _ io.Writer, args []string) error {
			return f.do(ctx, http.MethodPut, pairs+url.PathEscape(args[0]), strings.NewReader(args[1]), io.Discard)
		}),
		f.command("get KEY", "Read a value", 1, func(ctx context.Context, out io.Writer, args []string) error {
			return f.do(ctx, http.MethodGet, pairs+url.PathEscape(args[0]), nil, out)
		}),
		f.command("delete KEY", "Delete a pair", 1, func(ctx context.Context, _ io.Writer, args []string) error {
			return f.do(ctx, http.MethodDelete, pairs+url.PathEscape(args[0]), nil, io.Discard)
		}),
		f.command("status", "Print the status of a node and its group", 0, func(ctx context.Context, out io.Writer, _ []string) error {
			return f.do(ctx, http.MethodGet, "/v1/status", nil, out)
		}),
		f.command("snapshot DIR", "Copy the store of a node to a directory on its machine", 1, func(ctx context.Context, _ io.Writer, args []string) error {
			return f.post(ctx, "/v1/checkpoint", map[string]string{"dir": args[0]})
		}),
		member,
	}
}

const pairs = "/v1/pairs/"

// addMember adds a node as a learner and then makes it a voter.
func (f *client) addMember(ctx context.Context, _ io.Writer, args []string) error {
	if err := f.changeMember(ctx, args[0], "add-learner", args[1]); err != nil {
		return err
	}
	return f.changeMember(ctx, args[0], "add-voter", args[1])
}

func (f *client) changeMember(ctx context.Context, id, change, address string) error {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil || n == 0 {
		return fmt.Errorf("%w: node %q: want a number, starting at 1", errUsage, id)
	}
	return f.post(ctx, "/v1/members", []server.Member{{Node: n, Change: change, Address: address}})
}

func (f *client) post(ctx context.Context, path string, what any) error {
	text, err := json.Marshal(what)
	if err != nil {
		return err
	}
	return f.do(ctx, http.MethodPost, path, bytes.NewReader(text), io.Discard)
}

// do sends a request and copies the response body to to.
func (f *client) do(ctx context.Context, method, path string, body io.Reader, to io.Writer) error {
	with, err := f.config()
	if err != nil {
		return err
	}
	scheme := "http"
	if with != nil {
		scheme = "https"
	}
	r, err := http.NewRequestWithContext(ctx, method, scheme+"://"+f.node+path, body)
	if err != nil {
		return fmt.Errorf("%w: --node %q: %w", errUsage, f.node, err)
	}
	answer, err := (&http.Client{Transport: &http.Transport{TLSClientConfig: with}}).Do(r)
	if err != nil {
		return f.unanswered(err)
	}
	defer answer.Body.Close() //nolint:errcheck // only read
	switch {
	case answer.StatusCode == http.StatusNotFound:
		return errNothing
	case answer.StatusCode >= http.StatusBadRequest:
		text, err := io.ReadAll(io.LimitReader(answer.Body, 4096))
		return errors.Join(fmt.Errorf("node at %s: %s", f.node, strings.TrimSpace(string(text))), err)
	}
	_, err = io.Copy(to, answer.Body)
	return err
}

// unanswered says why there is no answer: the node does not run, or one side does not accept the other's certificate.
func (f *client) unanswered(err error) error {
	unknown, remote := (*tls.CertificateVerificationError)(nil), (*net.OpError)(nil)
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("the certificate of the node at %s is not valid according to --ca: %w", f.node, unknown)
	case errors.As(err, &remote) && remote.Op == "remote error":
		return fmt.Errorf("the node at %s does not accept this certificate: %w", f.node, remote.Err)
	}
	return fmt.Errorf("node at %s does not answer; is it running? %w", f.node, err)
}
