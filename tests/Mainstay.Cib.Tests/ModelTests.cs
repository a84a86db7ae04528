namespace Mainstay.Cib.Tests;

public sealed class ModelTests
{
    [Fact]
    public void Resources_are_seen_with_what_is_inside_them()
    {
        var model = new CibModel(Samples.With("""
            <template id="T" class="ocf" provider="p" type="t"/>
            <clone id="c"><meta_attributes id="m"><nvpair id="n" name="promotable" value="yes"/></meta_attributes>
              <group id="g"><primitive id="a" class="ocf" provider="heartbeat" type="Dummy"><operations><op id="o" name="monitor" interval="10s" enabled="0"/></operations></primitive></group></clone>
            <bundle id="b"><podman image="x" promoted-max="2"/><primitive id="in" template="T"/></bundle>
            """));
        Assert.Equal(["c", "g", "a", "b", "in"], model.AllResources.Select(resource => resource.Id));
        var primitive = Assert.IsType<CibPrimitive>(model.FindResource("a"));
        Assert.Equal("ocf:heartbeat:Dummy", primitive.AgentName);
        Assert.Equal((10_000, false), (primitive.Operations[0].IntervalMs, primitive.Operations[0].IsEnabled));
        Assert.True(Assert.IsType<CibClone>(model.FindResource("c")).IsPromotable);
        var bundle = Assert.IsType<CibBundle>(model.FindResource("b"));
        Assert.Equal((2, 1, 2), (bundle.Replicas, bundle.ReplicasPerHost, bundle.PromotedMax));
        Assert.Equal("bundle 'b'", bundle.ToString());
    }

    [Fact]
    public void Constraints_name_their_resources()
    {
        var model = new CibModel(Samples.With(constraints: """
            <rsc_location id="l" rsc="a" node="n" score="1"/>
            <rsc_colocation id="c" rsc="a" with-rsc="b" score="INFINITY"/>
            <rsc_order id="o" kind="Serialize"><resource_set id="s" sequential="false"><resource_ref id="x"/><resource_ref id="y"/></resource_set></rsc_order>
            <rsc_ticket id="t" rsc="a" rsc-role="Promoted" ticket="T"/>
            """));
        Assert.Equal(["a", "a b", "x y", "a"], model.Constraints.Select(constraint => string.Join(' ', constraint.Resources)));
        Assert.False(Assert.IsType<CibOrder>(model.Constraints[2]).IsSymmetrical);
        Assert.False(model.Constraints[2].Sets[0].IsSequential);
        Assert.Equal("demote", Assert.IsType<CibTicketConstraint>(model.Constraints[3]).LossPolicy);
        Assert.Equal("#uname", Assert.IsType<CibColocation>(model.Constraints[1]).NodeAttribute);
    }

    [Fact]
    public void The_other_sections_have_views_too()
    {
        var model = new CibModel(Samples.With(more: """
            <fencing-topology><fencing-level id="f" target="n" index="2" devices="a,b"/><fencing-level id="g" target="n" index="12" devices="a"/></fencing-topology>
            <acls><acl_target id="joe" name="Joe"><role id="ro"/></acl_target><acl_role id="ro"><acl_permission id="p" kind="read" object-type="primitive" attribute="x"/><acl_permission id="q" kind="deny" reference="z"/></acl_role></acls>
            <tags><tag id="tg"><obj_ref id="x"/></tag></tags>
            <alerts><alert id="al" path="/x"><select><select_nodes/><select_attributes><attribute id="i" name="a"/></select_attributes></select><recipient id="re" value="v"/></alert><alert id="am" path="/y"/></alerts>
            """));
        Assert.Equal(["2 a b", "0 a"], model.FencingLevels.Select(level => $"{level.Index} {string.Join(' ', level.Devices)}"));
        Assert.Equal(("Joe", "ro", false), (model.AclTargets[0].Name, model.AclTargets[0].Roles[0], model.AclTargets[0].IsGroup));
        Assert.Equal(["//primitive[@x]", "//*[@id='z']"], model.Permissions("ro").Select(permission => permission.XPath!));
        Assert.Equal((true, false), (model.Alerts[0].SelectsNodes, model.Alerts[0].SelectsFencing));
        Assert.Equal(["a"], model.Alerts[0].SelectedAttributes!);
        Assert.True(model.Alerts[1].SelectsResources);
        Assert.Null(model.Alerts[1].SelectedAttributes);
        Assert.Equal("v", model.Alerts[0].Recipients[0].Value);
        Assert.Equal(["x"], model.Tags[0].Members);
    }
}
