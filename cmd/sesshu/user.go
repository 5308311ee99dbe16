package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"sesshu/ledger"
	"sesshu/ledger/slip"
)

type userCommand struct {
	Add      userAddCommand      `cmd:"" help:"Make a personal account."`
	Password userPasswordCommand `cmd:"" help:"Set a new password."`
	Disable  userDisableCommand  `cmd:"" help:"Close an account; what it did stays on record."`
	Token    userTokenCommand    `cmd:"" help:"Make an access token for a scanning station or a ledger consumer. It is shown once."`
	Revoke   userRevokeCommand   `cmd:"" help:"Lock out a lost station or a consumer: all its access tokens are refused from now on."`
}

type userAddCommand struct {
	Name        string `arg:"" help:"Sign-in name."`
	DisplayName string `help:"Name that colleagues see; by default the sign-in name."`
	Role        string `help:"reviewer, administrator or auditor." enum:"reviewer,administrator,auditor" default:"reviewer"`
	Generate    bool   `help:"Generate a password and print it, instead of reading one from standard input."`
}

func (c *userAddCommand) Run(ctx context.Context, settings *Settings) error {
	password, err := settings.newPassword(c.Generate)
	if err != nil {
		return err
	}
	return settings.withStore(ctx, func(store *ledger.Store) error {
		return addAccount(ctx, store, c.Name, c.DisplayName, slip.Role(c.Role), password)
	})
}

func addAccount(ctx context.Context, store *ledger.Store, name, displayName string, role slip.Role, password string) error {
	hash, err := argon2id.CreateHash(password, argon2id.DefaultParams)
	if err != nil {
		return fmt.Errorf("hash the password: %w", err)
	}
	if displayName == "" {
		displayName = name
	}
	return store.AddAccount(ctx, slip.Account{Name: name, DisplayName: displayName, Role: role, PasswordHash: hash})
}

type userPasswordCommand struct {
	Name     string `arg:"" help:"Sign-in name."`
	Generate bool   `help:"Generate a password and print it."`
}

func (c *userPasswordCommand) Run(ctx context.Context, settings *Settings) error {
	password, err := settings.newPassword(c.Generate)
	if err != nil {
		return err
	}
	hash, err := argon2id.CreateHash(password, argon2id.DefaultParams)
	if err != nil {
		return fmt.Errorf("hash the password: %w", err)
	}
	return settings.withStore(ctx, func(store *ledger.Store) error {
		return store.SetPassword(ctx, c.Name, hash)
	})
}

type userDisableCommand struct {
	Name string `arg:"" help:"Sign-in name."`
}

func (c *userDisableCommand) Run(ctx context.Context, settings *Settings) error {
	return settings.withStore(ctx, func(store *ledger.Store) error {
		return store.DisableAccount(ctx, c.Name)
	})
}

type userTokenCommand struct {
	Name string `arg:"" help:"Name of the station or consumer."`
	For  string `help:"station or feed." enum:"station,feed" default:"station"`

	TLSCertificate string `name:"tls-certificate" hidden:"" env:"SESSHU_TLS_CERTIFICATE"`
}

func (c *userTokenCommand) Run(ctx context.Context, settings *Settings) error {
	if c.For == "station" && c.Name == slip.DeskStation {
		return fmt.Errorf("the name %q stands for what people hand in at the desk; give the station another one", c.Name)
	}
	return settings.withStore(ctx, func(store *ledger.Store) error {
		secret, err := store.AddToken(ctx, c.Name, c.For)
		if err != nil {
			return err
		}
		fmt.Fprintln(settings.stdout, secret)
		if c.For != "station" {
			return nil
		}
		return c.tellKey(settings)
	})
}

// tellKey prints, beside a station's token, the server's public key, which the
// station pins.
func (c *userTokenCommand) tellKey(settings *Settings) error {
	path := c.TLSCertificate
	if path == "" {
		dir, err := settings.stateDir()
		if err != nil {
			return err
		}
		path = filepath.Join(dir, ownCertificate)
	}
	key, err := publicKey(path)
	if err == nil && key.Set() {
		fmt.Fprintf(settings.stderr, "The server's public key, for the station's configuration (server pin): %s\n", key)
	}
	return err
}

type userRevokeCommand struct {
	Name string `arg:"" help:"Name of the station or consumer."`
	For  string `help:"station or feed." enum:"station,feed" required:""`
}

// Run takes back every token of the name. A name without any is an error: it was
// mistyped, and who it stands for is not locked out.
func (c *userRevokeCommand) Run(ctx context.Context, settings *Settings) error {
	return settings.withStore(ctx, func(store *ledger.Store) error {
		revoked, err := store.RevokeTokens(ctx, c.Name, c.For)
		if err == nil && revoked == 0 {
			err = fmt.Errorf("%q has no token for %s / %[1]q の %[2]s 用トークンはありません", c.Name, c.For)
		}
		if err == nil {
			fmt.Fprintf(settings.stdout, "tokens revoked / 無効にしたトークン: %d\n", revoked)
		}
		return err
	})
}

// minPasswordLength follows NIST SP 800-63B-4 for a password that is the only
// factor.
const minPasswordLength = 15

// newPassword reads a password from standard input, or makes one of 128 random
// bits and prints it.
func (s *Settings) newPassword(generate bool) (string, error) {
	if generate {
		password := rand.Text()
		fmt.Fprintln(s.stdout, password)
		return password, nil
	}
	fmt.Fprintf(s.stderr, "Password (at least %d characters): ", minPasswordLength)
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	password := strings.TrimRight(line, "\r\n")
	switch {
	case password == "" && err != nil:
		return "", errors.New("no password on standard input; --generate makes one")
	case utf8.RuneCountInString(password) < minPasswordLength:
		return "", fmt.Errorf("the password has fewer than %d characters; --generate makes one", minPasswordLength)
	}
	return password, nil
}
