package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
)

// replicaStore is lightning-replica, asked over HTTP.
type replicaStore struct {
	program string
	members *members
	client  *http.Client
}

func (s *replicaStore) start(ctx context.Context, m *members) error {
	s.members = m
	s.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1024}}
	for i := range membersCount {
		args := []string{"serve", "--id", fmt.Sprint(i + 1), "--dir", m.data(i), "--listen", m.peers[i], "--api", m.clients[i]}
		for j, address := range m.peers {
			args = append(args, "--peer", fmt.Sprintf("%d=%s", j+1, address))
		}
		if err := m.run(s.program, args...); err != nil {
			return err
		}
	}
	return m.await(ctx, func(ctx context.Context, member int) error { return s.put(ctx, member, "ready", nil) })
}

func (s *replicaStore) put(ctx context.Context, member int, key string, value []byte) error {
	return s.do(ctx, http.MethodPut, member, key, bytes.NewReader(value))
}

func (s *replicaStore) get(ctx context.Context, member int, key string) error {
	return s.do(ctx, http.MethodGet, member, key, nil)
}

func (s *replicaStore) do(ctx context.Context, method string, member int, key string, body io.Reader) error {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+s.members.clients[member]+"/v1/pairs/"+key, body)
	if err != nil {
		return err
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(answer.Body)
	if closed := answer.Body.Close(); err != nil || closed != nil {
		return fmt.Errorf("%s %s: %w", method, key, err)
	}
	if answer.StatusCode >= 300 && answer.StatusCode != http.StatusNotFound {
		return fmt.Errorf("%s %s: %s: %s", method, key, answer.Status, text)
	}
	return nil
}

func (s *replicaStore) close() error {
	if s.client != nil {
		s.client.CloseIdleConnections()
	}
	return nil
}
