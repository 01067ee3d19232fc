package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

// addressPrefix is the prefix of the keys that hold the addresses of the group's nodes.
const addressPrefix = reservedPrefix + "address/"

func addressKey(id uint64) []byte { return []byte(addressPrefix + strconv.FormatUint(id, 10)) }

// ChangeMembers changes the membership and returns once all changes are made. It first stores the addresses of new nodes, so
// that every node of the group learns them. Calling it again with the same changes is harmless. The error is
// replica.ErrMembers for an invalid change, or the error of ctx, after which the changes may still be made later.
func (s *Server) ChangeMembers(ctx context.Context, members ...Member) error {
	var changes []replica.MemberChange
	var addresses []replica.Write
	for _, m := range members {
		change, known := memberChanges[m.Change]
		if m.Node == 0 {
			return fmt.Errorf("%w: node 0; nodes are numbered from 1", replica.ErrMembers)
		}
		if !known {
			return fmt.Errorf("%w: unknown change %q of node %d; choose add-voter, add-learner or remove", replica.ErrMembers, m.Change, m.Node)
		}
		changes = append(changes, replica.MemberChange{Node: m.Node, Change: change})
		if m.Address == "" {
			continue
		}
		if _, _, err := net.SplitHostPort(m.Address); err != nil {
			return fmt.Errorf("%w: address of node %d: %w", replica.ErrMembers, m.Node, err)
		}
		addresses = append(addresses, replica.Write{Key: addressKey(m.Node), Value: []byte(m.Address)})
	}
	if len(addresses) > 0 {
		if _, err := s.command(ctx, nil, addresses); err != nil {
			return err
		}
	}
	if len(changes) == 0 {
		return fmt.Errorf("%w: no change given", replica.ErrMembers)
	}
	for {
		done := false
		err := s.do(ctx, func(n *replica.Node) error {
			status := n.Status()
			if done = made(&status, changes); done || status.Joint {
				return nil
			}
			return n.ProposeMembers(changes...)
		})
		switch {
		case done:
			return nil
		case err != nil && !errors.Is(err, replica.ErrNoLeader):
			return err
		}
		if pause(ctx, 10*s.config.Tick); ctx.Err() != nil { // the proposal may be lost, or another change in progress
			return fmt.Errorf("server: the change of members may be made later, or never: %w", ctx.Err())
		}
	}
}

// made reports whether all changes have been made.
func made(s *replica.Status, changes []replica.MemberChange) bool {
	for _, c := range changes {
		voter, learner := slices.Contains(s.Voters, c.Node), slices.Contains(s.Learners, c.Node)
		if voter != (c.Change == replica.AddVoter) || learner != (c.Change == replica.AddLearner) {
			return false
		}
	}
	return !s.Joint
}

// publishAddress stores the address of this node in the group, unless it is stored already. Nodes that join later learn it
// from there.
func (s *Server) publishAddress() {
	key, address := addressKey(s.config.Node.ID), s.config.Listen
	known, _, err := s.Get(s.life, key)
	if err != nil || string(known) == address {
		return // the only error is that the server has stopped; anything else is retried
	}
	_, _ = s.command(s.life, nil, []replica.Write{{Key: key, Value: []byte(address)}}) // fails only as above
}

// learnAddresses connects to the members whose addresses the group has stored. Only the loop calls it.
func (s *Server) learnAddresses() {
	status := s.node.Status()
	for _, id := range slices.Concat(status.Voters, status.Learners) {
		if address, ok, err := s.node.Get(addressKey(id)); err == nil && ok {
			s.links.connect(id, string(address))
		}
	}
}
