using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Mainstay.Cli.Pcs.Cluster;

/// <summary><c>cluster setup</c>: writes corosync.conf, on this host or into a file.</summary>
internal static class ClusterSetup
{
    /// <summary><c>cluster setup NAME NODE [addr=A]... ...</c>.</summary>
    public static int Run(PcsSession session, IReadOnlyList<string> args)
    {
        var file = session.Options["corosync_conf"];
        var plan = SetupPlan.Parse(session, args, "knet");
        if (file is null)
        {
            return SetUpHost(session, plan);
        }

        if (File.Exists(file) && !session.Options.Has("overwrite"))
        {
            throw new CommandFailure($"Corosync config file '{file}' already exists, use --overwrite to override");
        }

        Resolve(session, plan);
        Write(file, plan.ToConf(Uuid(session)).Print());
        return 0;
    }

    private static int SetUpHost(PcsSession session, SetupPlan plan)
    {
        session.RequireLive();
        var paths = ClusterPaths.Of(session.Context);
        var keyFile = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(paths.CorosyncConf)) ?? "/", "authkey");
        plan.KeyFile = paths.AreUsual ? null : keyFile;
        if (File.Exists(paths.CorosyncConf))
        {
            session.Overridable($"this host is already set up as a cluster node: '{paths.CorosyncConf}' exists; 'cluster destroy' "
                + $"removes it in order");
        }

        Resolve(session, plan);
        if (session.Options.Has("dry-run"))
        {
            session.Out.Write(plan.ToConf(Uuid(session)).Print());
            return 0;
        }

        var conf = plan.ToConf(Uuid(session)).Print();
        if (plan.NeedsKey) WriteKey(keyFile);
        Write(paths.CorosyncConf, conf);
        session.Info($"Cluster '{plan.ClusterName}' has been set up on this host: {paths.CorosyncConf} (transport {plan.Transport}"
            + (plan.NeedsKey ? $", packets are encrypted with the key in {keyFile})" : ")"));
        var others = plan.Nodes.Select(n => n.Name).Where(n => !IsThisHost(n)).ToList();
        if (others.Count > 0)
        {
            var (what, files) = plan.NeedsKey
                ? ("files are", $"{paths.CorosyncConf} {keyFile}")
                : ("file is", paths.CorosyncConf);
            session.Info($"The {what} written on this host only. Copy to the other nodes before you start them:");
            foreach (var node in others)
            {
                session.Info($"  scp -p {files} root@{node}:{Path.GetDirectoryName(Path.GetFullPath(paths.CorosyncConf))}/");
            }
        }

        if (session.Options.Has("enable"))
        {
            ClusterServices.Enable(session, []);
        }

        return session.Options.Has("start") ? ClusterServices.Start(session, []) : 0;
    }

    /// <summary>Whether a node name is that of this host (compared up to the first dot, as the ring does).</summary>
    public static bool IsThisHost(string node) =>
        string.Equals(node.Split('.')[0], Environment.MachineName.Split('.')[0], StringComparison.OrdinalIgnoreCase);

    private static void Resolve(PcsSession session, SetupPlan plan)
    {
        var bad = plan.Nodes.SelectMany(n => n.Addresses).Where(a => !IPAddress.TryParse(a, out _) && !Resolves(a)).ToList();
        if (bad.Count > 0)
        {
            session.Overridable($"Unable to resolve addresses: {PcsArguments.Quoted(bad)}; give them as 'NODE addr=ADDRESS'");
        }
    }

    private static bool Resolves(string name)
    {
        try
        {
            return Dns.GetHostAddresses(name).Length > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string? Uuid(PcsSession session) =>
        session.Options.Has("no-cluster-uuid") ? null : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>A key of 256 random bytes that nobody but root reads, as the reference's tool makes it.</summary>
    private static void WriteKey(string path)
    {
        const int KeySize = 256;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var temporary = path + ".new";
            File.Delete(temporary);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead;
            using (var file = new FileStream(temporary, options)) file.Write(RandomNumberGenerator.GetBytes(KeySize));
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"Unable to write '{path}': {e.Message}");
        }
    }

    private static void Write(string path, string text)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { Length: > 0 } folder)
            {
                Directory.CreateDirectory(folder);
            }

            var temporary = path + ".new";
            File.WriteAllText(temporary, text);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"Unable to write '{path}': {e.Message}");
        }
    }
}
