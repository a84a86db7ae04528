using Mainstay.Agents.Queueing;

namespace Mainstay.Agents.BuiltIn;

/// <summary><c>ocf:mainstay:Dummy</c>: a resource that is a file. Does nothing, and does it anywhere.</summary>
internal sealed class DummyAgent : IBuiltInAgent
{
    public string Type => "Dummy";

    public string Metadata => """
        <?xml version="1.0"?>
        <resource-agent name="Dummy" version="1.0">
          <version>1.1</version>
          <longdesc lang="en">A resource that only notes in a file that it runs. For trying out a cluster.</longdesc>
          <shortdesc lang="en">Example resource without a service</shortdesc>
          <parameters>
            <parameter name="state" unique-group="state">
              <longdesc lang="en">File that exists while the resource runs.</longdesc>
              <shortdesc lang="en">State file</shortdesc>
              <content type="string" default="" />
            </parameter>
            <parameter name="fake" reloadable="1">
              <longdesc lang="en">A value that can be changed without a restart.</longdesc>
              <shortdesc lang="en">Fake attribute</shortdesc>
              <content type="string" default="dummy" />
            </parameter>
            <parameter name="op_sleep" reloadable="1">
              <longdesc lang="en">Seconds every action takes.</longdesc>
              <shortdesc lang="en">Duration of actions</shortdesc>
              <content type="integer" default="0" />
            </parameter>
            <parameter name="fail_start_on" reloadable="1">
              <longdesc lang="en">Start fails on the node of this name.</longdesc>
              <shortdesc lang="en">Node to fail on</shortdesc>
              <content type="string" default="" />
            </parameter>
          </parameters>
          <actions>
            <action name="start" timeout="20s" />
            <action name="stop" timeout="20s" />
            <action name="monitor" timeout="20s" interval="10s" depth="0" />
            <action name="reload-agent" timeout="20s" />
            <action name="migrate_to" timeout="20s" />
            <action name="migrate_from" timeout="20s" />
            <action name="validate-all" timeout="20s" />
            <action name="meta-data" timeout="5s" />
          </actions>
        </resource-agent>
        """;

    public async Task<RunOutcome> RunAsync(BuiltInCall call, CancellationToken cancellationToken)
    {
        var file = call.Get("state", Path.Combine(call.Runtime.Options.StateDirectory, $"Dummy-{call.ResourceId.Replace('/', '_')}.state"));
        if (int.TryParse(call.Get("op_sleep", "0"), out var seconds) && seconds > 0 && call.Action is not "validate-all")
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), call.Runtime.Time, cancellationToken);
        }

        switch (call.Action)
        {
            case "start" or "migrate_from":
                if (call.Get("fail_start_on", string.Empty) == call.Runtime.Options.NodeName)
                {
                    return RunOutcome.Done(OcfExitCode.Generic, $"told to fail on {call.Runtime.Options.NodeName} (fail_start_on)");
                }

                if (Path.GetDirectoryName(file) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
                await File.WriteAllTextAsync(file, call.Runtime.Options.NodeName + "\n", cancellationToken);
                return RunOutcome.Done(OcfExitCode.Success);
            case "stop" or "migrate_to":
                File.Delete(file);
                return RunOutcome.Done(OcfExitCode.Success);
            case "monitor":
                return File.Exists(file)
                    ? RunOutcome.Done(OcfExitCode.Success)
                    : RunOutcome.Done(OcfExitCode.NotRunning, $"no {file}");
            case "reload-agent" or "validate-all":
                return RunOutcome.Done(OcfExitCode.Success);
            default:
                return RunOutcome.Done(OcfExitCode.Unimplemented, $"Dummy has no action {call.Action}");
        }
    }
}
