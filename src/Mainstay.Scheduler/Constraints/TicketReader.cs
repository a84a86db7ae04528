using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Ticket constraints, applied as they are read (spec/scheduler-placement.md section 11).</summary>
internal sealed class TicketReader(ClusterState state, ConfigReader config, ActionStore actions)
{
    public void Read(XElement element)
    {
        if (element.Value("ticket") is not { } name) return;
        var ticket = state.GetTicket(name);
        var sets = ConstraintsPass.Sets(config, element);
        if (sets.Count == 0)
        {
            if (ConstraintsPass.Find(state, element.Value("rsc")) is { } resource)
            {
                Create(element, ticket, resource, element.Value("rsc-role"));
            }
            return;
        }

        foreach (var set in sets)
        {
            foreach (var member in ConstraintsPass.Members(state, set))
            {
                if (member is null) return;
                Create(element, ticket, member, set.Value("role"));
            }
        }
    }

    private void Create(XElement element, Ticket ticket, ClusterResource resource, string? roleText)
    {
        var role = ConfigReader.ParseRole(roleText) ?? Role.Unknown;
        if (role == Role.Started) role = Role.Unknown;
        var policy = element.Value("loss-policy")?.ToLowerInvariant() switch
        {
            "stop" => TicketLossPolicy.Stop,
            "demote" => TicketLossPolicy.Demote,
            "freeze" => TicketLossPolicy.Freeze,
            "fence" => state.Options.FencingEnabled ? TicketLossPolicy.Fence : TicketLossPolicy.Stop,
            _ => role == Role.Promoted ? TicketLossPolicy.Demote : TicketLossPolicy.Stop,
        };
        var constraint = new TicketConstraint
        {
            Id = element.Id()!,
            Ticket = ticket,
            Resource = resource,
            Role = role,
            LossPolicy = policy,
        };
        resource.Tickets.Add(constraint);
        state.Reasons?.Read(constraint);
        if (ticket.IsLost) Apply(constraint, resource);
    }

    private void Apply(TicketConstraint constraint, ClusterResource resource)
    {
        if (resource.ChildList.Count > 0)
        {
            foreach (var child in resource.ChildList) Apply(constraint, child);
            return;
        }

        bool bansInactive = constraint.Role != Role.Promoted || constraint.LossPolicy == TicketLossPolicy.Stop;
        if (constraint.Ticket.IsGranted || !resource.IsActiveAnywhere)
        {
            if (bansInactive) Ban(constraint, resource);
            return;
        }

        bool concernsRole = constraint.Role == Role.Unknown || constraint.Role == resource.CurrentRole;
        switch (constraint.LossPolicy)
        {
            case TicketLossPolicy.Stop:
                Ban(constraint, resource);
                break;
            case TicketLossPolicy.Demote when constraint.Role != Role.Promoted:
                Ban(constraint, resource);
                break;
            case TicketLossPolicy.Fence when concernsRole:
                Ban(constraint, resource);
                foreach (var node in resource.Active) Fencing.Fence(state, actions, node, "deadman ticket was lost", false);
                break;
            case TicketLossPolicy.Freeze when concernsRole:
                resource.IsManaged = false;
                resource.IsBlocked = true;
                break;
            default:
                break;
        }
    }

    private void Ban(TicketConstraint constraint, ClusterResource resource)
    {
        resource.AddLocation(state, null, -Scores.Infinity);
        state.Reasons?.Ticket(constraint, resource);
    }
}
