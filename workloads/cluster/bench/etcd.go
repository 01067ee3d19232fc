package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// etcdStore is a group of etcd members, each with a client of the official client library.
type etcdStore struct {
	program string
	clients []*clientv3.Client
}

func (s *etcdStore) start(ctx context.Context, m *members) error {
	var cluster []string
	for i, address := range m.peers {
		cluster = append(cluster, fmt.Sprintf("m%d=http://%s", i, address))
	}
	for i := range membersCount {
		peer, client := "http://"+m.peers[i], "http://"+m.clients[i]
		err := m.run(s.program, "--name", fmt.Sprintf("m%d", i), "--data-dir", m.data(i), "--log-level", "error",
			"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--listen-client-urls", client, "--advertise-client-urls", client,
			"--initial-cluster", strings.Join(cluster, ","), "--initial-cluster-state", "new")
		if err != nil {
			return err
		}
		c, err := clientv3.New(clientv3.Config{Endpoints: []string{client}, Logger: zap.NewNop()})
		if err != nil {
			return err
		}
		s.clients = append(s.clients, c)
	}
	return m.await(ctx, func(ctx context.Context, member int) error { return s.put(ctx, member, "ready", nil) })
}

func (s *etcdStore) put(ctx context.Context, member int, key string, value []byte) error {
	_, err := s.clients[member].Put(ctx, key, string(value))
	return err
}

func (s *etcdStore) get(ctx context.Context, member int, key string) error {
	_, err := s.clients[member].Get(ctx, key) // linearizable unless asked otherwise
	return err
}

func (s *etcdStore) close() error {
	var err error
	for _, c := range s.clients {
		err = errors.Join(err, c.Close())
	}
	return err
}
