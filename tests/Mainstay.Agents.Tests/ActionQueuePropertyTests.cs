using FsCheck;
using FsCheck.Fluent;

namespace Mainstay.Agents.Tests;

/// <summary>What holds for every history of submissions, cancellations, endings and time.</summary>
public sealed class ActionQueuePropertyTests
{
    private static readonly string[] Resources = ["a", "b"];
    private static readonly (string Name, int Interval)[] Actions = [("start", 0), ("stop", 0), ("monitor", 0), ("monitor", 1000), ("monitor", 5000)];

    [Fact]
    public void Never_two_actions_of_a_resource_at_once_and_every_one_shot_action_is_answered_once() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
            {
                Run(bytes);
            }));

    private static void Run(byte[] bytes)
    {
        var driver = new QueueDriver(TimeSpan.FromMilliseconds(500));
        var oneShots = new List<int>();
        foreach (var value in bytes)
        {
            var resource = Resources[value & 1];
            var (name, interval) = Actions[(value >> 1) % Actions.Length];
            switch (value >> 4)
            {
                case < 6:
                    var action = driver.Submit(resource, name, interval);
                    if (interval == 0) oneShots.Add(action.CallId);
                    break;
                case < 8:
                    driver.Cancel(resource, name, interval);
                    break;
                case < 13 when driver.Running.Count > 0:
                    driver.Complete(driver.Running.Keys.Order(StringComparer.Ordinal).First(), value % 9);
                    break;
                default:
                    driver.Advance(value / 16.0);
                    break;
            }

            Assert.All(Resources, r => Assert.True(driver.Running.Keys.Count(k => k.StartsWith(r + "_", StringComparison.Ordinal)) <= 1));
        }

        driver.Close();
        while (driver.Running.Count > 0) driver.Complete(driver.Running.Keys.First());
        var answers = driver.Results.Where(r => !r.Action.IsRecurring).Select(r => r.Action.CallId).ToList();
        Assert.Equal(oneShots.Order(), answers.Order());
        Assert.Empty(driver.Queue.Recurring);
        Assert.Null(driver.Queue.NextDeadline);
    }
}
