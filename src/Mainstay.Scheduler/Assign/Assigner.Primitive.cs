namespace Mainstay.Scheduler;

/// <content>
/// Primitives (spec/scheduler-placement.md section 9.2). What a primitive is to be with is assigned before it; with a stack of its own,
/// because a chain of colocations may be as long as there are resources.
/// </content>
internal sealed partial class Assigner
{
    private readonly Stack<Assignment> _assignments = [];

    private ClusterNode? AssignPrimitive(ClusterResource resource, ClusterNode? preferred, bool stopIfFail)
    {
        if (resource.Parent is { IsAssigning: false } parent && resource.IsUnassigned) Assign(parent, preferred, stopIfFail);
        if (!resource.IsUnassigned) return resource.AssignedNode;
        if (resource.IsAssigning) return null;
        int floor = _assignments.Count;
        Begin(resource, preferred, stopIfFail);
        while (_assignments.Count > floor)
        {
            var assignment = _assignments.Peek();
            if (!Colocate(assignment)) continue;
            _assignments.Pop();
            Complete(assignment.Resource, assignment.Preferred, assignment.StopIfFail);
        }

        return resource.AssignedNode;
    }

    private void Begin(ClusterResource resource, ClusterNode? preferred, bool stopIfFail)
    {
        resource.IsAssigning = true;
        state.Reasons?.Verify(resource);
        _assignments.Push(new Assignment(resource, preferred, stopIfFail));
    }

    /// <summary>Mandatory colocations first, and among them those of the dependent; false if another primitive comes first.</summary>
    private bool Colocate(Assignment assignment)
    {
        for (; assignment.Phase < ColocationPhase.Done; assignment.NextPhase())
        {
            bool isMandatory = assignment.Phase <= ColocationPhase.MandatoryWithThis;
            bool isThisWith = assignment.Phase is ColocationPhase.MandatoryThisWith or ColocationPhase.ThisWith;
            var list = isThisWith ? assignment.ThisWith : assignment.WithThis;
            for (; assignment.Next < list.Count; assignment.Next++)
            {
                var constraint = list[assignment.Next];
                if (constraint.IsMandatory != isMandatory) continue;
                if (!isThisWith) MergeDependent(constraint, assignment.Resource);
                else if (!ApplyThisWith(assignment, constraint)) return false;
            }
        }

        return true;
    }

    private bool ApplyThisWith(Assignment assignment, ColocationConstraint constraint)
    {
        var resource = assignment.Resource;
        if (!assignment.IsWaiting
            && (constraint.DependentRole >= Role.Promoted || (constraint.Score < 0 && constraint.Score > -Scores.Infinity)))
        {
            assignment.Backup = resource.Table.Copy();
        }

        if (!assignment.IsWaiting && constraint.Primary is { IsUnassigned: true } primary)
        {
            if (primary is { IsPrimitive: true, Parent: null, IsAssigning: false })
            {
                assignment.IsWaiting = true;
                Begin(primary, null, true);
                return false;
            }

            Assign(primary, null, true);
        }

        ApplyColocation(resource, constraint.Primary, constraint);
        if (assignment.Backup is { } backup && !NodeOrder.AnyUsable(state, resource.Table)) resource.Table = backup;
        assignment.Backup = null;
        assignment.IsWaiting = false;
        _summaries.Changed(resource);
        state.Reasons?.WithPrimary(resource, constraint);
        return true;
    }

    private void Complete(ClusterResource resource, ClusterNode? preferred, bool stopIfFail)
    {
        if (resource.NextRole == Role.Stopped)
        {
            resource.AddLocation(state, null, -Scores.Infinity);
            state.Reasons?.TargetRole(resource);
        }
        else if (resource.NextRole > resource.CurrentRole && !state.HasQuorum && state.Options.QuorumPolicy == QuorumPolicy.Freeze)
        {
            resource.NextRole = resource.CurrentRole;
        }

        Dump(resource, "pcmk__primitive_assign", false);
        if (state.Options.FencingEnabled && !Fencing.IsPossible(state)) resource.IsManaged = false;
        if (!resource.IsManaged)
        {
            resource.NextRole = resource.CurrentRole;
            Finalize(resource, resource.CurrentNode(), stopIfFail, force: true);
        }
        else if (state.Options.StopAllResources)
        {
            Finalize(resource, null, stopIfFail, force: true);
        }
        else
        {
            Choose(resource, preferred, stopIfFail);
        }

        resource.IsAssigning = false;
        _summaries.Changed(resource);
        if (resource.IsRemoteConnection) UpdateRemoteNode(resource);
    }

    private enum ColocationPhase
    {
        MandatoryThisWith,
        MandatoryWithThis,
        ThisWith,
        WithThis,
        Done,
    }

    /// <summary>A primitive that is being assigned.</summary>
    private sealed class Assignment(ClusterResource resource, ClusterNode? preferred, bool stopIfFail)
    {
        public ClusterResource Resource { get; } = resource;

        public ClusterNode? Preferred { get; } = preferred;

        public bool StopIfFail { get; } = stopIfFail;

        public List<ColocationConstraint> ThisWith { get; } = Colocations.ThisWith(resource);

        public List<ColocationConstraint> WithThis { get; } = Colocations.WithThis(resource);

        public ColocationPhase Phase { get; private set; }

        /// <summary>The next colocation of the phase.</summary>
        public int Next { get; set; }

        /// <summary>True while the primary of the next colocation is assigned.</summary>
        public bool IsWaiting { get; set; }

        /// <summary>The scores before the next colocation, if that must not leave the resource without a node.</summary>
        public NodeTable? Backup { get; set; }

        public void NextPhase()
        {
            Phase++;
            Next = 0;
        }
    }
}
