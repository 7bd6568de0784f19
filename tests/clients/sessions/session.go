package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"time"

	"example.org/pluralspec"
)

var (
	ctx  = context.Background()
	said = map[string]any{}
)

type list = []any

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func failure(err error) any {
	var found *pluralspec.Error
	if !errors.As(err, &found) {
		return err
	}
	fields := map[string]any{}
	for key, each := range found.Errors {
		fields[key] = each
	}
	return map[string]any{"status": found.Status, "code": found.Code, "message": found.Message, "errors": fields}
}

func names(members []pluralspec.Member) []string {
	found := []string{}
	for _, member := range members {
		found = append(found, member.Name)
	}
	return found
}

func main() {
	pk := pluralspec.New(pluralspec.Settings{
		BaseURL: os.Getenv("BASE_URL"), Token: os.Getenv("TOKEN"), UserAgent: os.Getenv("USER_AGENT"),
	})

	tag := pluralspec.NewProxyTagInput()
	tag.SetPrefix("r:")
	privacy := pluralspec.NewMemberPrivacyPatch()
	privacy.SetMetadataPrivacy(pluralspec.PRIVACYLEVEL_PRIVATE)
	create := pluralspec.NewMemberCreate("Robin")
	create.SetDisplayName("Robin ⚓ Häfen 🦊")
	create.SetColor("7fb069")
	create.SetBirthday("0004-02-29")
	create.SetProxyTags([]pluralspec.ProxyTagInput{*tag})
	create.SetPrivacy(*privacy)
	made, _, err := pk.MembersAPI.CreateMember(ctx).MemberCreate(*create).Execute()
	must(err)
	said["created"] = list{
		made.Name, made.DisplayName.Get(), made.Color.Get(), made.Birthday.Get(), made.ProxyTags,
		made.Privacy.Get().MetadataPrivacy,
	}
	got, _, err := pk.MembersAPI.GetMember(ctx, made.Id).Execute()
	must(err)
	said["got"] = got.Uuid == made.Uuid
	patch := pluralspec.NewMemberPatch()
	patch.SetDisplayName("Robin R.")
	changed, _, err := pk.MembersAPI.UpdateMember(ctx, made.Id).MemberPatch(*patch).Execute()
	must(err)
	said["changed"] = list{changed.Name, changed.DisplayName.Get(), changed.Color.Get()}
	patch = pluralspec.NewMemberPatch()
	patch.SetColorNil()
	cleared, _, err := pk.MembersAPI.UpdateMember(ctx, made.Id).MemberPatch(*patch).Execute()
	must(err)
	said["cleared"] = list{cleared.Name, cleared.DisplayName.Get(), cleared.Color.Get()}
	other, _, err := pk.MembersAPI.CreateMember(ctx).MemberCreate(*pluralspec.NewMemberCreate("Wren")).Execute()
	must(err)
	listed, _, err := pk.MembersAPI.GetSystemMembers(ctx, "@me").Execute()
	must(err)
	said["listed"] = names(listed)

	group, _, err := pk.GroupsAPI.CreateGroup(ctx).GroupCreate(*pluralspec.NewGroupCreate("Forest")).Execute()
	must(err)
	_, err = pk.GroupsAPI.AddGroupMembers(ctx, group.Id).RequestBody([]string{made.Id, other.Uuid}).Execute()
	must(err)
	members, _, err := pk.GroupsAPI.GetGroupMembers(ctx, group.Id).Execute()
	must(err)
	said["group"] = names(members)
	groups, _, err := pk.GroupsAPI.GetSystemGroups(ctx, "@me").WithMembers(true).Execute()
	must(err)
	said["groups"] = list{len(groups[0].Members)}

	fronters, _, err := pk.SwitchesAPI.GetFronters(ctx, "@me").Execute()
	must(err)
	said["nobody"] = fronters == nil
	switching := pluralspec.NewSwitchCreate([]string{other.Id, made.Id})
	switching.SetTimestamp(time.Date(2024, 5, 1, 12, 0, 0, 123456000, time.UTC))
	created, _, err := pk.SwitchesAPI.CreateSwitch(ctx, "@me").SwitchCreate(*switching).Execute()
	must(err)
	said["switched"] = list{created.Timestamp, names(created.Members)}
	fronters, _, err = pk.SwitchesAPI.GetFronters(ctx, "@me").Execute()
	must(err)
	said["fronters"] = names(fronters.Members)

	ids, timestamps := map[string]bool{}, []time.Time{}
	must(pk.EachSwitch(ctx, os.Getenv("HISTORY"), nil, func(each pluralspec.Switch) error {
		ids[each.Id] = true
		timestamps = append(timestamps, each.Timestamp)
		return nil
	}))
	said["history"] = list{len(timestamps), len(ids), timestamps[0], timestamps[len(timestamps)-1]}
	earlier := 0
	must(pk.EachSwitch(ctx, os.Getenv("HISTORY"), &timestamps[99], func(pluralspec.Switch) error {
		earlier++
		return nil
	}))
	said["earlier"] = earlier

	wrong := pluralspec.NewMemberCreate(strings.Repeat("x", 101))
	wrong.SetColor("green")
	_, _, err = pk.MembersAPI.CreateMember(ctx).MemberCreate(*wrong).Execute()
	said["invalid"] = failure(err)
	_, _, err = pk.MembersAPI.GetMember(ctx, "zzzzzz").Execute()
	said["missing"] = failure(err)
	_, _, err = pk.MembersAPI.GetSystemMembers(ctx, os.Getenv("CLOSED")).Execute()
	said["forbidden"] = failure(err)

	patient := 0
	for turn := 0; turn < 25; turn++ {
		again, _, err := pk.MembersAPI.GetMember(ctx, made.Id).Execute()
		must(err)
		if again.Id == made.Id {
			patient++
		}
	}
	said["patient"] = patient
	_, err = pk.GroupsAPI.DeleteGroup(ctx, group.Id).Execute()
	must(err)
	must(json.NewEncoder(os.Stdout).Encode(said))
}
